import type { CutOut } from '../../api/client'
import { fitted, fromWire, toWire, type Size, type Stroke } from './strokes'
import type { Box } from './view'

/** What an owner says of the cut-out. */
export interface Work {
  /** "photo": the whole photo, framed. */
  mode: 'auto' | 'photo'
  box: Box | null
  strokes: readonly Stroke[]
}

/** Nothing said: the server cuts out by itself. */
export const untouched: Work = { mode: 'auto', box: null, strokes: [] }

/** The work that an answer tells of. */
export function workOf(said: CutOut | null): Work {
  if (!said) return untouched
  return { mode: said.mode ?? 'auto', box: (said.box as Box | undefined) ?? null, strokes: fromWire(said) }
}

/** The order of a cut-out; null when it has more strokes than the API takes. */
export function cutOutOf({ mode, box, strokes }: Work, photo: Size): CutOut | null {
  if (mode === 'photo') return { mode } // nothing else may stand beside it
  const fit = fitted(strokes, photo)
  return fit && { mode, ...(box ? { box } : {}), ...toWire(fit) }
}

export function same(a: Work, b: Work): boolean {
  if (a.mode !== b.mode) return false
  return a.mode === 'photo' || (sameBox(a.box, b.box) && a.strokes.length === b.strokes.length && begins(a, b))
}

function sameBox(a: Box | null, b: Box | null): boolean {
  return a === b || (a !== null && b !== null && a.every((v, i) => v === b[i]))
}

/** Whether a work's strokes begin with those of another. */
function begins(work: Work, other: Work): boolean {
  return other.strokes.every((s, i) => s === work.strokes[i] || JSON.stringify(s) === JSON.stringify(work.strokes[i]))
}

/** A mask, and what is painted on it. */
export interface Layers {
  mask: string | null
  strokes: readonly Stroke[]
}

/**
 * What a work is shown by. A scene's own mask shows what the owner said before, better
 * than we could paint it, and serves as long as all of that still counts. Otherwise
 * everything is painted on a mask that was cut out without the owner's word.
 */
export function layersOf(work: Work, opened: Work, masks: { own: string | null; auto: string | null }): Layers {
  if (masks.own && sameBox(work.box, opened.box) && begins(work, opened))
    return { mask: masks.own, strokes: work.strokes.slice(opened.strokes.length) }
  return { mask: masks.auto ?? masks.own, strokes: work.strokes }
}

/** A work with what it was before, and what it was before that was undone. */
export interface History {
  past: readonly Work[]
  now: Work
  future: readonly Work[]
}

export const begin = (work: Work): History => ({ past: [], now: work, future: [] })

/** The work with something else in it. What was undone is gone by that. */
export function done(h: History, change: Partial<Work>): History {
  return { past: [...h.past, h.now], now: { ...h.now, ...change }, future: [] }
}

export function undone(h: History): History {
  const now = h.past.at(-1)
  return now ? { past: h.past.slice(0, -1), now, future: [h.now, ...h.future] } : h
}

export function redone(h: History): History {
  const [now, ...future] = h.future
  return now ? { past: [...h.past, h.now], now, future } : h
}
