import type { CutOut } from '../api/client'

// For as long as the tab lives: a phone throws a page away while its owner takes a call.
const nameOf = (sceneId: string) => `nanococoa.cutout.${sceneId}`

/** What an owner was saying of a scene's cut-out when the page was left; null when nothing. */
export function loadCutOut(sceneId: string): CutOut | null {
  try {
    return parseCutOut(sessionStorage.getItem(nameOf(sceneId)))
  } catch {
    return null // a browser that keeps nothing
  }
}

export function saveCutOut(sceneId: string, said: CutOut): void {
  try {
    sessionStorage.setItem(nameOf(sceneId), JSON.stringify(said))
  } catch {
    // full or forbidden: the dialog works without
  }
}

export function dropCutOut(sceneId: string): void {
  try {
    sessionStorage.removeItem(nameOf(sceneId))
  } catch {
    // nothing was kept
  }
}

/** A cut-out from what was stored, null when it is none of ours. */
export function parseCutOut(stored: string | null): CutOut | null {
  if (!stored) return null
  try {
    const value = JSON.parse(stored) as Partial<CutOut> | null
    const numbers = (list: unknown, n: number) =>
      Array.isArray(list) && list.length === n && list.every((v) => typeof v === 'number')
    const strokes = (list: CutOut['keep']) =>
      list === undefined ||
      (Array.isArray(list) &&
        list.every((s) => s.points.length > 0 && s.points.every((p) => numbers(p, 2)) && typeof s.width === 'number'))
    const ours =
      (value?.mode === 'auto' || value?.mode === 'photo') &&
      (value.box === undefined || numbers(value.box, 4)) &&
      strokes(value.keep) &&
      strokes(value.erase)
    return ours ? (value as CutOut) : null
  } catch {
    return null
  }
}
