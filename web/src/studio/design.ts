import type { Ad, Choices, Problem, Rendition, RenditionWish, Scene } from '../api/client'

/** What an owner chose of an ad; a rendition is made of it. */
export interface Design {
  scene_id: string
  main_copy: string
  sub_copy: string
  /** The place it is made for; null: `size` alone. */
  channel: string | null
  size: string
  /** "" lets the server choose. */
  layout: string
  corner: string
  typeface: string
  badge: string
  brand: boolean
  ai_mark: boolean
}

/** The corners that words can stand in, in a layout; in any where the server chooses it. */
export function cornersOf(layout: string, { layouts, corners }: Pick<Choices, 'layouts' | 'corners'>): string[] {
  return layouts.find((l) => l.name === layout)?.corners ?? corners.map((c) => c.name)
}

/**
 * The design that a rendition shows. A channel without words shows none; what was
 * written before stays for the next.
 */
export function designOf(r: Rendition, { channels }: Pick<Choices, 'channels'>, before?: Design): Design {
  const silent = channels.some((c) => c.name === r.channel && !c.text)
  const words = silent && before ? before : r
  return {
    scene_id: r.scene_id,
    channel: r.channel,
    size: `${r.width}x${r.height}`,
    main_copy: words.main_copy,
    sub_copy: words.sub_copy,
    badge: words.badge,
    layout: r.layout_asked,
    corner: r.corner,
    typeface: r.typeface,
    brand: words.brand,
    ai_mark: words.ai_mark,
  }
}

/** A design with something else in it. A corner goes with a layout that does not have it. */
export function changed(d: Design, change: Partial<Design>, choices: Choices): Design {
  const next = { ...d, ...change }
  if (next.corner && !cornersOf(next.layout, choices).includes(next.corner)) next.corner = ''
  return next
}

/** The design with the layout that its rendition was drawn in, where the server chose one that can be asked for. */
export function asDrawn(d: Design, { layout }: Pick<Rendition, 'layout'>, choices: Choices): Design {
  return d.layout === '' && choices.layouts.some((l) => l.name === layout) ? changed(d, { layout }, choices) : d
}

/** The order of a rendition. */
export function bodyOf({ channel, size, ...rest }: Design): RenditionWish {
  return channel === null ? { ...rest, size } : { ...rest, channel }
}

/** What the owner is told of a refused rendition: the words of its fields, else its own. */
export function reason(problem: Problem): string {
  return problem.errors.map((e) => e.detail).join(' ') || problem.detail
}

/** Whether a layout of the owner's own choice is all that was refused. */
export function onlyLayout(problem: Problem): boolean {
  return problem.errors.length > 0 && problem.errors.every((e) => e.field === 'layout' || e.field === 'corner')
}

/** The ad's renditions with those made and without those deleted since it was last asked for. */
export function listOf(
  renditions: readonly Rendition[],
  made: readonly Rendition[],
  gone: ReadonlySet<string>,
): readonly Rendition[] {
  const known = new Set(renditions.map((r) => r.rendition_id))
  return [...renditions, ...made.filter((r) => !known.has(r.rendition_id))].filter((r) => !gone.has(r.rendition_id))
}

/** How many renditions an ad may have (internal/httpapi). */
export const mostRenditions = 20

/**
 * The rendition to give up for another: the oldest that was tried in this visit and
 * neither kept as the main one nor downloaded. Null while there is room, or when
 * there is none to give up.
 */
export function toGiveUp(
  list: readonly Rendition[],
  tried: ReadonlySet<string>,
  current: string,
  most = mostRenditions,
): string | null {
  if (list.length < most) return null
  const one = list.find((r) => tried.has(r.rendition_id) && !r.main && r.rendition_id !== current)
  return one?.rendition_id ?? null
}

/** Whether anything of the ad is still being made. */
export function isRendering({ scenes }: Pick<Ad, 'scenes'>): boolean {
  return scenes.some((s) => s.status === 'queued' || s.status === 'running')
}

/** Scenes that were on their way at the last look and are there now. */
export function arrived(before: readonly Scene[], now: readonly Scene[]): Scene[] {
  const waited = new Set(before.filter((s) => s.status !== 'succeeded').map((s) => s.scene_id))
  return now.filter((s) => s.status === 'succeeded' && waited.has(s.scene_id))
}

/** Where somebody has been: the last is where they are. */
export function stepBack(history: readonly string[], there: (id: string) => boolean): string[] {
  const rest = history.slice(0, -1)
  while (rest.length > 1 && !there(rest.at(-1)!)) rest.pop()
  return rest
}
