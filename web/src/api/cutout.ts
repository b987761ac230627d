import type { Ad, Scene } from './client'
import type { components } from './schema'

/** A place on the photo: fractions of its width and height, 0..1, origin top left. */
export type Point = [x: number, y: number]

/** One line of a brush; `width` is a fraction of the photo's longer side. */
export interface WireStroke {
  points: Point[]
  width: number
  /** Where strokes lie on one another the greater order wins. */
  order?: number
}

/** A rectangle [x, y, width, height] on the photo, fractions of its sides. */
export type Box = [x: number, y: number, w: number, h: number]

/** The owner's word on how the product is cut out. */
export interface CutOut {
  mode: 'auto' | 'photo'
  box?: Box
  keep?: WireStroke[]
  erase?: WireStroke[]
}

/** How a scene shows its product. */
export type Product = components['schemas']['Product']
export type Doubt = Product['doubts'][number]

/** What a scene tells of its product; all null where nothing is known. */
export interface SceneProduct {
  product: Product | null
  /** A PNG of the photo's shape: its alpha is what was cut out. */
  mask: string | null
  /** What the owner said of it. */
  said: CutOut | null
}

type Told = { product?: Product | null; mask_url?: string | null; cutout?: CutOut | null }

/** What a scene tells of its product. */
export function productOf(scene: Scene): SceneProduct {
  const told = scene as Told
  return { product: told.product ?? null, mask: told.mask_url ?? null, said: told.cutout ?? null }
}

/** The address of the ad's prepared photo; null before there is one. */
export function photoOf(ad: Ad): string | null {
  return (ad as { photo_url?: string | null }).photo_url ?? null
}
