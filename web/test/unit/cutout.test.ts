import { describe, expect, it } from 'vitest'
import { confidenceWord, waysOn } from '../../src/ad/product'
import type { Doubt } from '../../src/api/client'
import { parseCutOut } from '../../src/keep/cutout'
import {
  fitted,
  fromWire,
  limits,
  simplified,
  strokesOf,
  toWire,
  type Point,
  type Stroke,
} from '../../src/studio/cutout/strokes'
import {
  boxBetween,
  dragged,
  handleAt,
  leastBox,
  mostZoom,
  panned,
  rectOf,
  toPhoto,
  whole,
  zoomed,
  type Box,
} from '../../src/studio/cutout/view'
import { begin, cutOutOf, done, layersOf, redone, same, undone, untouched, workOf } from '../../src/studio/cutout/work'
import { texts } from '../../src/texts'

const square = { width: 800, height: 800 }
const wide = { width: 1000, height: 500 }
const stroke = (change: Partial<Stroke> = {}): Stroke => ({
  kind: 'keep',
  points: [
    [0.1, 0.1],
    [0.5, 0.5],
  ],
  width: 0.05,
  ...change,
})
/** A line that no simplification makes shorter: it goes up and down over the whole photo. */
const zigzag = (n: number): Point[] => Array.from({ length: n }, (_, i) => [i / n, i % 2])

describe('a simplified line', () => {
  const cases: [name: string, points: Point[], tolerance: number, left: Point[]][] = [
    ['a dot stays', [[0.2, 0.3]], 0.01, [[0.2, 0.3]]],
    ['a straight line is its ends', [[0, 0], [0.25, 0.25], [0.5, 0.5], [1, 1]], 0.001, [[0, 0], [1, 1]]],
    ['a corner stays', [[0, 0], [0.5, 0], [1, 0], [1, 1]], 0.01, [[0, 0], [1, 0], [1, 1]]],
    ['what is nearer than the tolerance goes', [[0, 0], [0.5, 0.009], [1, 0]], 0.01, [[0, 0], [1, 0]]],
    ['what is farther stays', [[0, 0], [0.5, 0.011], [1, 0]], 0.01, [[0, 0], [0.5, 0.011], [1, 0]]],
    ['a way there and back keeps its far end', [[0, 0.5], [1, 0.5], [0, 0.5]], 0.01, [[0, 0.5], [1, 0.5], [0, 0.5]]],
    ['no way at all is a dot', [[0.5, 0.5], [0.5, 0.5]], 0.01, [[0.5, 0.5]]],
    ['places are held in the photo, to four digits', [[-0.2, 0.123456], [1.2, 2]], 0.01, [[0, 0.1235], [1, 1]]],
  ]
  it.each(cases)('%s', (_, points, tolerance, left) => expect(simplified(points, tolerance, square)).toEqual(left))

  it('measures by the longer side, whatever the shape of the photo', () => {
    const bent: Point[] = [[0, 0], [0.5, 0.015], [1, 0]] // 7.5 of 1000 pixels
    expect(simplified(bent, 0.01, wide)).toHaveLength(2)
    expect(simplified(bent, 0.01, square)).toHaveLength(3)
  })
  it('is never farther from what was drawn than the tolerance', () => {
    const drawn = Array.from({ length: 4_000 }, (_, i): Point => {
      const a = (i / 4_000) * 2 * Math.PI
      return [0.5 + 0.4 * Math.cos(a), 0.5 + 0.4 * Math.sin(3 * a)]
    })
    const left = simplified(drawn, 0.004, square)
    expect(left.length).toBeLessThan(120)
    const off = drawn.map((p) => Math.min(...left.slice(1).map((b, i) => toSegment(p, left[i]!, b))))
    expect(Math.max(...off)).toBeLessThan(0.0042)
  })
})

function toSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const t = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1), 0), 1)
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}

describe('a drawn line', () => {
  it.each([
    [0.0001, limits.width[0]],
    [0.9, limits.width[1]],
    [0.123456, 0.1235],
  ])('of width %d is one of %d', (width, sent) => {
    expect(strokesOf(stroke({ width }), square)[0]!.width).toBe(sent)
  })
  it('is in parts that hang together when it is long', () => {
    const parts = strokesOf(stroke({ points: zigzag(1_200), width: 0.01 }), square)
    expect(parts.map((p) => p.points.length)).toEqual([500, 500, 202])
    for (const [i, part] of parts.slice(1).entries()) expect(part.points[0]).toEqual(parts[i]!.points.at(-1))
  })
  it('of one point is one stroke', () => {
    expect(strokesOf(stroke({ points: [[0.5, 0.5]] }), square)).toEqual([stroke({ points: [[0.5, 0.5]] })])
  })
})

describe('strokes that are sent', () => {
  it('stay as they are while they are few', () => {
    const few = [stroke(), stroke({ kind: 'erase' })]
    expect(fitted(few, square)).toBe(few)
  })
  it('are drawn more roughly when they have too many points', () => {
    const wavy = Array.from({ length: 400 }, (_, i): Point => [i / 400, 0.5 + (i % 2) * 0.004])
    const fit = fitted(Array.from({ length: 20 }, () => stroke({ points: wavy, width: 0.02 })), square)!
    expect(fit).toHaveLength(20)
    expect(fit.reduce((n, s) => n + s.points.length, 0)).toBeLessThanOrEqual(limits.points)
    expect(fit.every((s) => s.points.length >= 2)).toBe(true)
  })
  it('are none when they are too many', () => {
    expect(fitted(Array.from({ length: limits.strokes }, () => stroke()), square)).not.toBeNull()
    expect(fitted(Array.from({ length: limits.strokes + 1 }, () => stroke()), square)).toBeNull()
  })
  it('keep the order in which they were drawn, there and back', () => {
    const drawn = [stroke(), stroke({ kind: 'erase' }), stroke({ width: 0.1 })]
    const wire = toWire(drawn)
    expect(wire.keep!.map((s) => s.order)).toEqual([0, 2])
    expect(wire.erase!.map((s) => s.order)).toEqual([1])
    expect(fromWire(wire)).toEqual(drawn)
  })
  it('lie below what was erased where the order is the same', () => {
    const [line] = [{ points: [[0, 0]] as Point[], width: 0.1 }]
    expect(fromWire({ erase: [line], keep: [line] }).map((s) => s.kind)).toEqual(['keep', 'erase'])
  })
})

describe('the work', () => {
  const box: Box = [0.1, 0.2, 0.5, 0.6]
  const first = stroke()
  const second = stroke({ kind: 'erase' })

  it('is sent whole, and read back', () => {
    const work = { mode: 'auto' as const, box, strokes: [first, second] }
    const sent = cutOutOf(work, square)
    expect(sent).toEqual({ mode: 'auto', box, ...toWire([first, second]) })
    expect(workOf(sent)).toEqual(work)
    expect(workOf(null)).toBe(untouched)
  })
  it('sends nothing beside the whole photo, and begins anew by the mode alone', () => {
    expect(cutOutOf({ mode: 'photo', box, strokes: [first] }, square)).toEqual({ mode: 'photo' })
    expect(cutOutOf(untouched, square)).toEqual({ mode: 'auto' })
  })
  it('is the same only if all of it is', () => {
    const work = { mode: 'auto' as const, box, strokes: [first] }
    expect(same(work, { ...work, box: [...box] as Box, strokes: [first] })).toBe(true)
    expect(same(work, { ...work, box: null })).toBe(false)
    expect(same(work, { ...work, strokes: [first, second] })).toBe(false)
    expect(same(work, { ...work, strokes: [second] })).toBe(false)
    expect(same(work, { ...work, mode: 'photo' })).toBe(false)
    expect(same({ ...work, mode: 'photo' }, { ...untouched, mode: 'photo' })).toBe(true)
  })
  it('goes back and forth, and forgets what was undone once something else is done', () => {
    let h = done(done(begin(untouched), { strokes: [first] }), { box })
    h = undone(h)
    expect(h.now).toEqual({ mode: 'auto', box: null, strokes: [first] })
    expect(redone(h).now.box).toEqual(box)
    h = done(h, { mode: 'photo' })
    expect(redone(h)).toBe(h)
    h = undone(undone(h))
    expect(h.now).toBe(untouched)
    expect(undone(h)).toBe(h)
  })

  const masks = { own: '/own.png', auto: '/auto.png' }
  const opened = { mode: 'auto' as const, box, strokes: [first] }
  it.each([
    ['what is new, on the scene’s own mask', { ...opened, strokes: [first, second] }, masks, ['/own.png', [second]]],
    ['nothing, on the scene’s own mask', opened, masks, ['/own.png', []]],
    ['everything, on an earlier mask, when the box changed', { ...opened, box: null }, masks, ['/auto.png', [first]]],
    ['everything, when an earlier stroke is gone', { ...opened, strokes: [second] }, masks, ['/auto.png', [second]]],
    ['nothing, when all is begun anew', untouched, masks, ['/auto.png', []]],
    ['everything, when only the own mask is known', untouched, { own: '/own.png', auto: null }, ['/own.png', []]],
    ['everything, on nothing', opened, { own: null, auto: null }, [null, [first]]],
  ] as const)('paints %s', (_, work, given, [mask, strokes]) => {
    expect(layersOf(work, opened, given)).toEqual({ mask, strokes })
  })
})

describe('the view', () => {
  const stage = { width: 360, height: 400 }

  it('shows the whole photo in the middle at first', () => {
    const r = rectOf(stage, wide, whole)
    expect(r).toEqual({ left: 14, top: 117, width: 332, height: 166 })
    expect(toPhoto(r, 180, 200)).toEqual([0.5, 0.5])
  })
  it('is enlarged around what is pointed at', () => {
    const at = [250, 210] as const
    const before = toPhoto(rectOf(stage, wide, whole), ...at)
    const view = zoomed(stage, wide, zoomed(stage, wide, whole, 3, ...at), 1.2, ...at)
    expect(view.zoom).toBeCloseTo(3.6)
    expect(toPhoto(rectOf(stage, wide, view), ...at)[0]).toBeCloseTo(before[0])
  })
  it.each([
    [100, mostZoom],
    [0.01, 1],
  ])('is never enlarged more or less than it may: %d', (factor, zoom) => {
    expect(zoomed(stage, wide, whole, factor, 0, 0).zoom).toBe(zoom)
  })
  it('cannot be moved to where nothing is', () => {
    expect(panned(stage, wide, whole, 500, 500)).toEqual(whole)
    const near = zoomed(stage, wide, whole, 4, 180, 200)
    const r = rectOf(stage, wide, panned(stage, wide, near, 5_000, 5_000))
    expect([r.left, r.top]).toEqual([14, 14])
    const other = rectOf(stage, wide, panned(stage, wide, near, -5_000, -5_000))
    expect(other.left + other.width).toBeCloseTo(346)
    expect(other.top + other.height).toBeCloseTo(386)
  })
})

describe('a box', () => {
  const box: Box = [0.2, 0.2, 0.4, 0.4]

  it.each([
    ['between two corners', [0.6, 0.1], [0.2, 0.5], [0.2, 0.1, 0.4, 0.4]],
    ['held in the photo', [-1, 0.5], [2, 0.6], [0, 0.5, 1, 0.1]],
    ['never too small', [0.5, 0.5], [0.5, 0.5], [0.5, 0.5, leastBox, leastBox]],
    ['never too small at the border', [1, 1], [1, 1], [0.98, 0.98, leastBox, leastBox]],
  ] as [string, Point, Point, Box][])('is %s', (_, a, b, made) => expect(boxBetween(a, b)).toEqual(made))

  it.each([
    ['move', 0.1, -0.1, [0.3, 0.1, 0.4, 0.4]],
    ['move', 1, 1, [0.6, 0.6, 0.4, 0.4]],
    ['se', 0.1, 0.2, [0.2, 0.2, 0.5, 0.6]],
    ['nw', 0.1, 0.1, [0.3, 0.3, 0.3, 0.3]],
    ['nw', 1, 1, [0.58, 0.58, leastBox, leastBox]],
    ['e', 0.9, 0.9, [0.2, 0.2, 0.8, 0.4]],
    ['n', 0, -0.5, [0.2, 0, 0.4, 0.6]],
    ['w', -0.1, 0, [0.1, 0.2, 0.5, 0.4]],
    ['s', 0, -1, [0.2, 0.2, 0.4, leastBox]],
  ] as const)('is taken at %s and moved by %d, %d', (handle, dx, dy, made) => {
    expect(dragged(box, handle, dx, dy)).toEqual(made)
  })

  const rect = { left: 10, top: 10, width: 1000, height: 1000 }
  it.each([
    [210, 210, 'nw'],
    [620, 600, 'se'],
    [410, 205, 'n'],
    [400, 400, 'move'],
    [100, 100, null],
  ])('has at %d, %d: %s', (x, y, handle) => expect(handleAt(box, rect, x, y)).toBe(handle))
})

describe('a doubt of the product', () => {
  const all = Object.keys(texts.result.doubts) as Doubt[]

  it.each(all)('%s has words, help and a way on', (doubt) => {
    expect(texts.result.doubts[doubt]).toMatch(/니다\.$/)
    expect(texts.result.doubtHelp[doubt]).toMatch(/(세요|니다)\.$/)
    expect(waysOn([doubt]).length).toBeGreaterThan(0)
  })
  it('that only another photo mends leads to one', () => {
    expect(waysOn(['cropped', 'too_small'])).toEqual(['photo'])
    expect(waysOn(['torn', 'hand'])).toEqual(['mend', 'photo'])
    expect(waysOn([])).toEqual([])
  })
  it.each([
    [0, 'low'],
    [0.49, 'low'],
    [0.5, 'fair'],
    [0.79, 'fair'],
    [0.8, 'high'],
    [1, 'high'],
  ])('a confidence of %d is %s', (confidence, word) => expect(confidenceWord(confidence)).toBe(word))
})

describe('a kept cut-out', () => {
  it('is read back', () => {
    const said = { mode: 'auto', box: [0, 0, 1, 1], keep: [{ points: [[0, 0]], width: 0.1, order: 0 }] }
    expect(parseCutOut(JSON.stringify(said))).toEqual(said)
    expect(parseCutOut('{"mode":"photo"}')).toEqual({ mode: 'photo' })
  })
  it.each([
    ['nothing', null],
    ['no JSON', '{'],
    ['null', 'null'],
    ['another mode', '{"mode":"x"}'],
    ['a box of three', '{"mode":"auto","box":[0,0,1]}'],
    ['a stroke without points', '{"mode":"auto","keep":[{"points":[],"width":1}]}'],
    ['points that are none', '{"mode":"auto","erase":[{"points":[["a",1]],"width":1}]}'],
    ['strokes that are none', '{"mode":"auto","keep":[1]}'],
  ])('is none from %s', (_, stored) => expect(parseCutOut(stored)).toBeNull())
})
