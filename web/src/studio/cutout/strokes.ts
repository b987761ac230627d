import type { CutOut } from '../../api/client'

/** A place on the photo: fractions of its width and height, 0..1, origin top left. */
export type Point = [x: number, y: number]

/** A line of a brush: what it goes over is product ("keep") or ground ("erase"). */
export interface Stroke {
  kind: 'keep' | 'erase'
  points: readonly Point[]
  /** Of the photo's longer side. */
  width: number
}

/** A photo's size, in any unit: only its shape counts. */
export interface Size {
  width: number
  height: number
}

/** What the API takes of strokes (internal/ad). */
export const limits = { strokes: 200, points: 5_000, strokePoints: 500, width: [0.002, 0.5] } as const

/** How far a simplified line may lie beside the drawn one, in widths of its brush: too little to be seen. */
const slack = 0.08

/** Four digits are a tenth of a pixel of the photo. */
const rounded = (v: number) => Math.round(Math.min(Math.max(v, 0), 1) * 10_000) / 10_000

/**
 * The line with as few points as show it no farther than `tolerance` (of the longer
 * side) from where it was drawn (Douglas and Peucker). Its ends stay. A line of two
 * equal points is one.
 */
export function simplified(points: readonly Point[], tolerance: number, photo: Size): Point[] {
  const longer = Math.max(photo.width, photo.height)
  const [sx, sy] = [photo.width / longer, photo.height / longer]
  const flat = points.map(([x, y]): Point => [x * sx, y * sy])
  const stays = new Set([0, points.length - 1])
  // A stack of our own: a line of thousands of points must not fill the call stack.
  const spans: [from: number, to: number][] = [[0, points.length - 1]]
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span
    let [farthest, most] = [-1, tolerance]
    for (let i = from + 1; i < to; i++) {
      const d = distance(flat[i]!, flat[from]!, flat[to]!)
      if (d > most) [farthest, most] = [i, d]
    }
    if (farthest < 0) continue
    stays.add(farthest)
    spans.push([from, farthest], [farthest, to])
  }
  const left = points.filter((_, i) => stays.has(i)).map(([x, y]): Point => [rounded(x), rounded(y)])
  return left.filter((p, i) => i === 0 || p[0] !== left[i - 1]![0] || p[1] !== left[i - 1]![1])
}

/** How far a point lies from a line between two others. */
function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const t = length === 0 ? 0 : Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length, 0), 1)
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}

/**
 * A drawn line as strokes that the API takes: simplified, in the photo, of a width
 * that is allowed, and in parts that go on where the one before ends when it is long.
 */
export function strokesOf(drawn: Stroke, photo: Size): Stroke[] {
  const [least, most] = limits.width
  const width = Math.round(Math.min(Math.max(drawn.width, least), most) * 10_000) / 10_000
  const points = simplified(drawn.points, width * slack, photo)
  const parts: Stroke[] = []
  for (let at = 0; at === 0 || at < points.length - 1; at += limits.strokePoints - 1)
    parts.push({ kind: drawn.kind, width, points: points.slice(at, at + limits.strokePoints) })
  return parts
}

/**
 * Strokes of no more points together than the API takes: lines are drawn more roughly,
 * all alike, until they are that few. Null when there are too many strokes.
 */
export function fitted(strokes: readonly Stroke[], photo: Size): readonly Stroke[] | null {
  if (strokes.length > limits.strokes) return null
  let fit = strokes
  for (let rough = slack * 2; pointsOf(fit) > limits.points; rough *= 1.5) {
    fit = strokes.map((s) => ({ ...s, points: simplified(s.points, s.width * rough, photo) }))
  }
  return fit
}

function pointsOf(strokes: readonly Stroke[]): number {
  return strokes.reduce((sum, s) => sum + s.points.length, 0)
}

/** Strokes as the API takes them: by kind, with the order in which they were drawn. */
export function toWire(strokes: readonly Stroke[]): Pick<CutOut, 'keep' | 'erase'> {
  const wire: Pick<CutOut, 'keep' | 'erase'> = {}
  strokes.forEach(({ kind, points, width }, order) => {
    ;(wire[kind] ??= []).push({ points: points.map(([x, y]): Point => [x, y]), width, order })
  })
  return wire
}

/** The strokes of an answer, in the order in which they lie on one another. */
export function fromWire({ keep = [], erase = [] }: Pick<CutOut, 'keep' | 'erase'>): Stroke[] {
  const all = [
    ...keep.map((s) => ({ kind: 'keep' as const, ...s })),
    ...erase.map((s) => ({ kind: 'erase' as const, ...s })), // of equal orders these win
  ]
  return all
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ kind, points, width }) => ({ kind, points: points.map((p) => [p![0]!, p![1]!] as Point), width }))
}
