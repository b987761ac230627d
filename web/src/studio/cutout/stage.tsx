import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../../texts'
import { drawBox, drawBrush, Drawing } from './drawing'
import { strokesOf, type Point, type Size, type Stroke } from './strokes'
import type { Layers, Work } from './work'
import {
  boxBetween,
  dragged,
  handleAt,
  leastBox,
  panned,
  rectOf,
  toPhoto,
  whole,
  zoomed,
  type Box,
  type Handle,
  type View,
} from './view'

const words = texts.studio.cutout

export type Tool = 'keep' | 'erase' | 'box' | 'move'

interface Props {
  photo: HTMLImageElement
  /** Null: nothing is known of what was cut out. */
  mask: HTMLImageElement | null
  layers: Layers
  work: Work
  tool: Tool
  /** The brush's size, CSS pixels: what is enlarged is painted finer. */
  brush: number
  /** Whether what is not of the product is seen faintly. */
  ghost: boolean
  view: View
  onView(view: View): void
  onSize(stage: Size): void
  onStrokes(strokes: Stroke[]): void
  /** `again`: it goes on with the change before, and is undone with it. */
  onBox(box: Box | null, again: boolean): void
  /** Tells what happened to those who hear the page. */
  say(text: string): void
}

/** How faint what is not of the product is. */
const faint = 0.22

/** How far an arrow key moves a box: a hundredth of the photo. */
const boxStep = 0.01

/** A second finger within so short a time or way means that the first was no stroke. */
const slip = { ms: 250, px: 12 }

type Line = Stroke & { points: Point[] }

type Gesture =
  | { does: 'stroke'; line: Line; at: [number, number]; way: number; since: number }
  | { does: 'box'; handle: Handle | 'new'; from: Point; before: Box | null }
  | { does: 'pan'; at: [number, number] }
  | { does: 'pinch'; apart: number; at: [number, number] }
  | { does: 'nothing' }

/** The picture that is worked on: by mouse, finger, pen and keys. */
export function Stage(props: Props) {
  const { photo, mask, layers, work, tool, brush, ghost, view } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawing = useRef<Drawing>(null)
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  const [moved, setMoved] = useState<Box | null>(null) // the box while it is dragged
  const [pen, setPen] = useState<Point | null>(null) // the brush of the keys
  const [hover, setHover] = useState<[number, number] | null>(null)
  const [down, setDown] = useState(false)
  const gesture = useRef<Gesture>({ does: 'nothing' })
  const pointers = useRef(new Map<number, { x: number; y: number; type: string }>())
  const keyed = useRef<Line | null>(null) // what the keys draw
  const boxed = useRef(false) // the last thing done was a key on the box
  const brushing = tool === 'keep' || tool === 'erase'
  const free = work.mode === 'auto'
  const box = moved ?? work.box
  if (!drawing.current) drawing.current = new Drawing(photo)
  const { size: picture } = drawing.current
  const now = useRef({ ...props, stage: size })
  now.current = { ...props, stage: size }

  const rect = () => rectOf(now.current.stage, picture, now.current.view)

  // The stage's size in pixels of the screen, at all times.
  useLayoutEffect(() => {
    const here = canvas.current!.parentElement!
    const measure = () => {
      const next = { width: here.clientWidth, height: here.clientHeight }
      setSize(next)
      now.current.onSize(next)
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(here)
    return () => watch.disconnect()
  }, [])

  useLayoutEffect(() => {
    drawing.current!.paint(mask, box, layers.strokes)
    // A line that is still drawn lies on top.
    const g = gesture.current
    if (g.does === 'stroke') add(g.line)
    if (keyed.current) add(keyed.current)
  }, [mask, box, layers.strokes])

  const add = (line: Stroke) => drawing.current!.add(line, now.current.work.box)
  const lineAt = (kind: Stroke['kind'], at: Point): Line => {
    const r = rect()
    return { kind, points: [at], width: now.current.brush / Math.max(r.width, r.height) }
  }

  // Every state is drawn at the next frame, once.
  const frame = useRef(0)
  const draw = () => {
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => {
      const c = canvas.current?.getContext('2d')
      if (!c || size.width === 0) return
      const dots = Math.min(devicePixelRatio || 1, 3)
      const [w, h] = [Math.round(size.width * dots), Math.round(size.height * dots)]
      if (c.canvas.width !== w || c.canvas.height !== h) [c.canvas.width, c.canvas.height] = [w, h]
      c.setTransform(dots, 0, 0, dots, 0, 0)
      c.clearRect(0, 0, size.width, size.height)
      const r = rectOf(size, picture, view)
      if (!free) return drawing.current!.frame(c, r)
      drawing.current!.draw(c, r, ghost ? (mask ? faint : 2 * faint) : 0)
      if (box) drawBox(c, box, r, tool === 'box')
      const keys = pen && brushing && ([r.left + pen[0] * r.width, r.top + pen[1] * r.height] as Point)
      const at = keys ?? (brushing && hover)
      if (at) drawBrush(c, at, brush, down)
    })
  }
  useLayoutEffect(draw)
  useEffect(() => () => cancelAnimationFrame(frame.current), [])

  // A wheel must not scroll the page, and only a listener of our own can say so.
  useEffect(() => {
    const here = canvas.current!
    const onWheel = (e: WheelEvent) => {
      e.preventDefault()
      const [x, y] = placeOf(e)
      const { stage, view, onView } = now.current
      onView(zoomed(stage, picture, view, Math.exp(-e.deltaY * (e.ctrlKey ? 0.01 : 0.0015)), x, y))
    }
    here.addEventListener('wheel', onWheel, { passive: false })
    return () => here.removeEventListener('wheel', onWheel)
  }, [])

  const placeOf = (e: MouseEvent): [number, number] => {
    const { left, top } = canvas.current!.getBoundingClientRect()
    return [e.clientX - left, e.clientY - top]
  }

  /** Ends a line: what is shown from now on is what will be sent. */
  const finish = (line: Stroke) => now.current.onStrokes(strokesOf(line, picture))
  const drop = () => {
    gesture.current = { does: 'nothing' }
    drawing.current!.paint(mask, work.box, layers.strokes)
    setMoved(null)
    draw()
  }

  const onPointerDown = (e: PointerEvent) => {
    if (!free) return
    const others = [...pointers.current.values()]
    if (e.pointerType === 'touch' && others.some((p) => p.type === 'pen')) return // the hand that holds the pen
    if (e.pointerType === 'mouse' && e.button > 1) return
    canvas.current!.setPointerCapture(e.pointerId)
    const [x, y] = placeOf(e)
    pointers.current.set(e.pointerId, { x, y, type: e.pointerType })
    boxed.current = false
    endKeys()
    setPen(null)
    if (pointers.current.size === 2) {
      const g = gesture.current
      if (g.does === 'stroke' && (g.way > slip.px || e.timeStamp - g.since > slip.ms)) finish(g.line)
      else if (g.does === 'stroke' || g.does === 'box') drop()
      gesture.current = { does: 'pinch', ...pinchOf() }
      setDown(false)
      setHover(null)
      return
    }
    if (pointers.current.size > 2) return
    const at = toPhoto(rect(), x, y)
    if (tool === 'move' || e.button === 1) gesture.current = { does: 'pan', at: [x, y] }
    else if (tool === 'box') {
      const handle = (work.box && handleAt(work.box, rect(), x, y)) ?? 'new'
      gesture.current = { does: 'box', handle, from: at, before: work.box }
    } else {
      const line = lineAt(tool, held(at))
      gesture.current = { does: 'stroke', line, at: [x, y], way: 0, since: e.timeStamp }
      add(line)
      setDown(true)
      setHover([x, y])
    }
  }

  const pinchOf = (): { apart: number; at: [number, number] } => {
    const [a, b] = [...pointers.current.values()]
    return { apart: Math.max(Math.hypot(a!.x - b!.x, a!.y - b!.y), 1), at: [(a!.x + b!.x) / 2, (a!.y + b!.y) / 2] }
  }

  const onPointerMove = (e: PointerEvent) => {
    const [x, y] = placeOf(e)
    const known = pointers.current.get(e.pointerId)
    if (!known) {
      if (e.pointerType !== 'touch') setHover([x, y])
      return
    }
    Object.assign(known, { x, y })
    const g = gesture.current
    const { stage, view, onView } = now.current
    switch (g.does) {
      case 'pinch': {
        const next = pinchOf()
        const shifted = panned(stage, picture, view, next.at[0] - g.at[0], next.at[1] - g.at[1])
        onView(zoomed(stage, picture, shifted, next.apart / g.apart, ...next.at))
        Object.assign(g, next)
        return
      }
      case 'pan':
        onView(panned(stage, picture, view, x - g.at[0], y - g.at[1]))
        g.at = [x, y]
        return
      case 'stroke': {
        const r = rect()
        const { points } = g.line
        const from = points.length - 1
        const all = e.getCoalescedEvents?.() ?? []
        for (const one of all.length ? all : [e]) {
          const to = placeOf(one)
          const far = Math.hypot(to[0] - g.at[0], to[1] - g.at[1])
          if (far < 1) continue
          g.way += far
          g.at = to
          points.push(held(toPhoto(r, ...to)))
        }
        add({ ...g.line, points: points.slice(from) })
        setHover([x, y])
        return
      }
      case 'box': {
        const to = toPhoto(rect(), x, y)
        const next =
          g.handle === 'new'
            ? boxBetween(g.from, to)
            : dragged(g.before!, g.handle, to[0] - g.from[0], to[1] - g.from[1])
        setMoved(next)
      }
    }
  }

  const onPointerUp = (e: PointerEvent) => {
    if (!pointers.current.delete(e.pointerId)) return
    const g = gesture.current
    // After a pinch the finger that stays does nothing.
    if (g.does === 'pinch') gesture.current = { does: 'nothing' }
    if (pointers.current.size > 0) return
    gesture.current = { does: 'nothing' }
    setDown(false)
    if (e.pointerType === 'touch') setHover(null)
    if (g.does === 'stroke') finish(g.line)
    if (g.does === 'box') {
      setMoved(null)
      // A new one that is as small as can be was a slip.
      if (moved && (g.handle !== 'new' || moved[2] > leastBox || moved[3] > leastBox)) {
        props.onBox(moved, false)
        props.say(words.boxAt(...percent(moved)))
      }
    }
  }

  const endKeys = () => {
    if (!keyed.current) return
    const line = keyed.current
    keyed.current = null
    setDown(false)
    finish(line)
  }

  // Another tool ends what the keys began.
  useEffect(() => () => endKeys(), [tool])

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey || !free) return
    const { stage, view, onView } = now.current
    const to = arrows[e.key]
    if (e.key === '+' || e.key === '=') onView(zoomed(stage, picture, view, 1.5, stage.width / 2, stage.height / 2))
    else if (e.key === '-') onView(zoomed(stage, picture, view, 1 / 1.5, stage.width / 2, stage.height / 2))
    else if (e.key === '0') onView(whole)
    else if (tool === 'move' && to) onView(panned(stage, picture, view, -40 * to[0], -40 * to[1]))
    else if (tool === 'box') onBoxKey(e, to)
    else if (brushing) onBrushKey(e, to)
    else return
    if (e.key !== 'Escape' && e.key !== 'Tab') e.preventDefault()
  }

  const onBoxKey = (e: KeyboardEvent, to: Arrow | undefined) => {
    const { work } = now.current
    if ((e.key === 'Delete' || e.key === 'Backspace') && work.box) {
      boxed.current = false
      props.onBox(null, false)
      return props.say(words.boxGone)
    }
    if (!to && e.key !== 'Enter' && e.key !== ' ') return
    let next: Box
    if (!work.box) next = [0.1, 0.1, 0.8, 0.8]
    else if (!to) return
    else next = dragged(work.box, e.shiftKey ? 'se' : 'move', to[0] * boxStep, to[1] * boxStep)
    props.onBox(next, boxed.current && work.box !== null)
    boxed.current = true
    props.say(words.boxAt(...percent(next)))
  }

  const onBrushKey = (e: KeyboardEvent, to: Arrow | undefined) => {
    const { stage, view, onView, brush } = now.current
    const r = rect()
    if (e.key === 'Escape' && keyed.current) {
      // Not the dialog's: the line is given up.
      e.preventDefault()
      e.stopPropagation()
      keyed.current = null
      setDown(false)
      drop()
      return props.say(words.brushDropped)
    }
    const at = pen ?? held(toPhoto(r, stage.width / 2, stage.height / 2))
    if (to) {
      const step = Math.max(e.shiftKey ? 1 : brush / 2, 1)
      const next = held([at[0] + (to[0] * step) / r.width, at[1] + (to[1] * step) / r.height])
      setPen(next)
      if (keyed.current) {
        add({ ...keyed.current, points: [keyed.current.points.at(-1)!, next] })
        keyed.current.points.push(next)
      }
      // What the brush leaves comes after it.
      const [x, y] = [r.left + next[0] * r.width, r.top + next[1] * r.height]
      const over = (v: number, most: number) => (v < 24 ? 24 - v : v > most - 24 ? most - 24 - v : 0)
      const [dx, dy] = [over(x, stage.width), over(y, stage.height)]
      if (dx || dy) onView(panned(stage, picture, view, dx, dy))
      props.say(words.brushAt(Math.round(next[0] * 100), Math.round(next[1] * 100)))
    } else if ((e.key === ' ' || e.key === 'Enter') && !e.repeat) {
      if (keyed.current) {
        endKeys()
        return
      }
      if (e.key === 'Enter' || tool === 'box' || tool === 'move') return
      keyed.current = lineAt(tool, at)
      setPen(at)
      setDown(true)
      add(keyed.current)
      props.say(words.brushDown)
    }
  }

  return (
    <canvas
      ref={canvas}
      class="cutout-canvas"
      tabIndex={0}
      role="application"
      aria-label={free ? words.canvas[tool] : words.canvasPhoto}
      aria-describedby="cutout-keys"
      data-tool={free ? tool : 'photo'}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onPointerLeave={() => pointers.current.size === 0 && setHover(null)}
      onKeyDown={onKeyDown}
      onBlur={() => {
        boxed.current = false
        endKeys()
        setPen(null)
      }}
    />
  )
}

type Arrow = readonly [x: number, y: number]

const arrows: Partial<Record<string, Arrow>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** A place as the nearest one in the photo. */
function held([x, y]: readonly [number, number]): Point {
  return [Math.min(Math.max(x, 0), 1), Math.min(Math.max(y, 0), 1)]
}

function percent(box: Box): [number, number, number, number] {
  return box.map((v) => Math.round(v * 100)) as [number, number, number, number]
}
