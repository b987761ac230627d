import type { Point, Size } from './strokes'

/** A rectangle [x, y, width, height] on the photo, fractions of its sides. */
export type Box = [x: number, y: number, w: number, h: number]

/** Which part of the photo is seen: how many times it is enlarged, and what of it lies in the middle. */
export interface View {
  zoom: number
  centre: Point
}

/** The whole photo. */
export const whole: View = { zoom: 1, centre: [0.5, 0.5] }

/** Eight times: a pixel of the photo is then some pixels of a phone, and more shows nothing new. */
export const mostZoom = 8

/** Room around the photo, in CSS pixels, so that the handles of a box at its border can be taken. */
const margin = 14

/** Where the photo lies on the stage, in CSS pixels. */
export interface Rect {
  left: number
  top: number
  width: number
  height: number
}

export function rectOf(stage: Size, photo: Size, { zoom, centre }: View): Rect {
  const fit = Math.min((stage.width - 2 * margin) / photo.width, (stage.height - 2 * margin) / photo.height)
  const scale = Math.max(fit, 0.001) * zoom
  const [width, height] = [photo.width * scale, photo.height * scale]
  return { left: stage.width / 2 - centre[0] * width, top: stage.height / 2 - centre[1] * height, width, height }
}

/** The place on the photo under a place on the stage; outside of it below 0 or above 1. */
export function toPhoto(r: Rect, x: number, y: number): Point {
  return [(x - r.left) / r.width, (y - r.top) / r.height]
}

/** The view with the photo moved by so many CSS pixels; no farther than there is something to see. */
export function panned(stage: Size, photo: Size, view: View, dx: number, dy: number): View {
  const r = rectOf(stage, photo, view)
  return settled(stage, photo, { ...view, centre: [view.centre[0] - dx / r.width, view.centre[1] - dy / r.height] })
}

/** The view enlarged by a factor, with what lies at a place on the stage staying there. */
export function zoomed(stage: Size, photo: Size, view: View, factor: number, x: number, y: number): View {
  const zoom = Math.min(Math.max(view.zoom * factor, 1), mostZoom)
  const at = toPhoto(rectOf(stage, photo, view), x, y)
  const r = rectOf(stage, photo, { zoom, centre: [0, 0] })
  const centre: Point = [at[0] - (x - r.left) / r.width, at[1] - (y - r.top) / r.height]
  return settled(stage, photo, { zoom, centre })
}

function settled(stage: Size, photo: Size, view: View): View {
  const r = rectOf(stage, photo, view)
  const hold = (c: number, shown: number, length: number) => {
    const half = (shown / 2 - margin) / length
    return half >= 0.5 ? 0.5 : Math.min(Math.max(c, half), 1 - half)
  }
  return {
    zoom: view.zoom,
    centre: [hold(view.centre[0], stage.width, r.width), hold(view.centre[1], stage.height, r.height)],
  }
}

/** What of a box is taken: an edge or corner by its direction, or all of it. */
export type Handle = 'n' | 's' | 'e' | 'w' | 'ne' | 'nw' | 'se' | 'sw' | 'move'

/** The smallest box, of each side: a smaller one is a slip of the finger. */
export const leastBox = 0.02

const digits = (v: number) => Math.round(v * 10_000) / 10_000
const held = (v: number) => Math.min(Math.max(v, 0), 1)

/** The box between two places, no smaller than the least and inside of the photo. */
export function boxBetween(a: Point, b: Point): Box {
  const [x, w] = span(held(a[0]), held(b[0]))
  const [y, h] = span(held(a[1]), held(b[1]))
  return [x, y, w, h]
}

function span(a: number, b: number): [from: number, length: number] {
  const length = Math.max(digits(Math.abs(a - b)), leastBox)
  return [digits(Math.min(Math.min(a, b), 1 - length)), length]
}

/** A box with one of its handles moved, by fractions of the photo. It stays in the photo. */
export function dragged([x, y, w, h]: Box, handle: Handle, dx: number, dy: number): Box {
  if (handle === 'move')
    return [digits(Math.min(Math.max(x + dx, 0), 1 - w)), digits(Math.min(Math.max(y + dy, 0), 1 - h)), w, h]
  let [left, top, right, bottom] = [x, y, x + w, y + h]
  if (handle.includes('w')) left = Math.min(held(left + dx), right - leastBox)
  if (handle.includes('e')) right = Math.max(held(right + dx), left + leastBox)
  if (handle.includes('n')) top = Math.min(held(top + dy), bottom - leastBox)
  if (handle.includes('s')) bottom = Math.max(held(bottom + dy), top + leastBox)
  return boxBetween([left, top], [right, bottom])
}

/** Where the handles of a box lie, of its sides. */
export const handles: readonly (readonly [Exclude<Handle, 'move'>, x: number, y: number])[] = [
  ['nw', 0, 0],
  ['ne', 1, 0],
  ['sw', 0, 1],
  ['se', 1, 1],
  ['n', 0.5, 0],
  ['s', 0.5, 1],
  ['w', 0, 0.5],
  ['e', 1, 0.5],
]

/** What of a box lies under a place on the stage; null: nothing. A finger reaches 22 pixels far. */
export function handleAt([x, y, w, h]: Box, r: Rect, px: number, py: number, reach = 22): Handle | null {
  const [left, top, wide, high] = [r.left + x * r.width, r.top + y * r.height, w * r.width, h * r.height]
  let [best, least]: [Handle | null, number] = [null, reach]
  for (const [name, hx, hy] of handles) {
    const d = Math.hypot(px - left - hx * wide, py - top - hy * high)
    if (d < least) [best, least] = [name, d]
  }
  if (best) return best
  return px > left && px < left + wide && py > top && py < top + high ? 'move' : null
}
