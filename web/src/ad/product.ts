import type { CutOut, Doubt, Product, Scene } from '../api/client'

/** What a scene tells of its product; null where nothing is known. */
export interface SceneProduct {
  product: Product | null
  /** A PNG of the photo's shape: its alpha is what was cut out. */
  mask: string | null
  /** What the owner said of it. */
  said: CutOut | null
}

export function productOf({ product, mask_url, cutout }: Scene): SceneProduct {
  return { product: product ?? null, mask: mask_url, said: cutout ?? null }
}

/** What mends a doubt: the owner's own brush, or another photo. */
export type Way = 'mend' | 'photo'

/**
 * The ways on from each doubt, the better one first. A brush brings back what the photo
 * shows, and takes away what does not belong; what the photo does not show needs another.
 */
const ways: Record<Doubt, readonly Way[]> = {
  torn: ['mend'],
  islands: ['mend'],
  leftover: ['mend'],
  hand: ['photo', 'mend'],
  cropped: ['photo'],
  too_small: ['photo'],
  too_large: ['mend', 'photo'],
  edge: ['mend', 'photo'],
  ground: ['mend', 'photo'],
  unseen: ['photo', 'mend'],
}

/** The ways on from several doubts, each once, in the order of the doubts. */
export function waysOn(doubts: readonly Doubt[]): Way[] {
  return [...new Set(doubts.flatMap((d) => ways[d]))]
}

/** How far a cut-out can be trusted, of three words. Below a half the server itself names a doubt. */
export function confidenceWord(confidence: number): 'high' | 'fair' | 'low' {
  return confidence >= 0.8 ? 'high' : confidence >= 0.5 ? 'fair' : 'low'
}
