import type { Point, Size, Stroke } from './strokes'
import { handles, type Box, type Rect } from './view'

/**
 * Draws the cut-out: the photo where the mask and the strokes leave it. Nothing is ever
 * read back: the pictures come from another origin, and the browser would forbid it.
 */
export class Drawing {
  readonly #photo: HTMLImageElement
  readonly #alpha: CanvasRenderingContext2D
  readonly #product: CanvasRenderingContext2D
  readonly size: Size

  constructor(photo: HTMLImageElement) {
    this.#photo = photo
    this.size = { width: photo.naturalWidth, height: photo.naturalHeight }
    this.#alpha = context(this.size)
    this.#product = context(this.size)
  }

  /** Begins with a mask (null: nothing is cut out), with the ground outside of a box, and paints strokes on it. */
  paint(mask: HTMLImageElement | null, box: Box | null, strokes: readonly Stroke[]): void {
    const { width, height } = this.size
    const c = this.#alpha
    c.globalCompositeOperation = 'source-over'
    c.clearRect(0, 0, width, height)
    if (mask) c.drawImage(mask, 0, 0, width, height)
    for (const s of strokes) this.#line(s)
    if (box) {
      c.globalCompositeOperation = 'destination-in'
      c.fillRect(box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    }
    this.#compose()
  }

  /** Adds to what is painted a line that is still being drawn; only what lies in the box is seen of it. */
  add(line: Stroke, box: Box | null): void {
    const { width, height } = this.size
    this.#alpha.save()
    if (box) {
      this.#alpha.beginPath()
      this.#alpha.rect(box[0] * width, box[1] * height, box[2] * width, box[3] * height)
      this.#alpha.clip()
    }
    this.#line(line)
    this.#alpha.restore()
    this.#compose()
  }

  #line({ kind, points, width }: Stroke): void {
    const c = this.#alpha
    const [w, h] = [this.size.width, this.size.height]
    c.globalCompositeOperation = kind === 'keep' ? 'source-over' : 'destination-out'
    c.lineWidth = width * Math.max(w, h)
    c.lineCap = c.lineJoin = 'round'
    c.beginPath()
    if (points.length === 1) {
      c.arc(points[0]![0] * w, points[0]![1] * h, c.lineWidth / 2, 0, 2 * Math.PI)
      c.fill()
      return
    }
    points.forEach(([x, y], i) => (i === 0 ? c.moveTo(x * w, y * h) : c.lineTo(x * w, y * h)))
    c.stroke()
  }

  #compose(): void {
    const c = this.#product
    c.globalCompositeOperation = 'copy'
    c.drawImage(this.#photo, 0, 0)
    c.globalCompositeOperation = 'destination-in'
    c.drawImage(this.#alpha.canvas, 0, 0)
  }

  /** Draws the cut-out, and as faint as `ghost` says what is not of it. */
  draw(c: CanvasRenderingContext2D, { left, top, width, height }: Rect, ghost: number): void {
    c.imageSmoothingQuality = 'high'
    if (ghost > 0) {
      c.globalAlpha = ghost
      c.drawImage(this.#photo, left, top, width, height)
      c.globalAlpha = 1
    }
    c.drawImage(this.#product.canvas, left, top, width, height)
    c.strokeStyle = 'rgb(128 116 106 / 80%)'
    c.lineWidth = 1
    c.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1)
  }

  /** Draws the photo as it is, in a frame. */
  frame(c: CanvasRenderingContext2D, { left, top, width, height }: Rect): void {
    const border = 10
    c.fillStyle = '#fff'
    c.shadowColor = 'rgb(0 0 0 / 45%)'
    c.shadowBlur = 12
    c.fillRect(left - border, top - border, width + 2 * border, height + 2 * border)
    c.shadowColor = 'transparent'
    c.drawImage(this.#photo, left, top, width, height)
  }
}

function context({ width, height }: Size): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const c = canvas.getContext('2d')
  if (!c) throw new Error('this browser draws on no canvas')
  return c
}

/** Draws lines that are seen on every ground: dark, and light inside of it. */
function twice(c: CanvasRenderingContext2D, lines: () => void, width: number): void {
  c.strokeStyle = 'rgb(20 14 10 / 75%)'
  c.lineWidth = width + 2
  lines()
  c.strokeStyle = '#fff'
  c.lineWidth = width
  lines()
}

/** Draws a box on the photo, with its handles where it can be changed. */
export function drawBox(c: CanvasRenderingContext2D, [x, y, w, h]: Box, r: Rect, grips: boolean): void {
  const [left, top, width, height] = [r.left + x * r.width, r.top + y * r.height, w * r.width, h * r.height]
  c.save()
  c.setLineDash(grips ? [] : [7, 5])
  twice(c, () => c.strokeRect(left, top, width, height), 2)
  c.restore()
  if (!grips) return
  for (const [, hx, hy] of handles) {
    c.beginPath()
    c.arc(left + hx * width, top + hy * height, 7, 0, 2 * Math.PI)
    twice(c, () => c.stroke(), 2)
    c.fillStyle = '#fff'
    c.fill()
  }
}

/** Draws where the brush is and how large; filled while it touches the photo. */
export function drawBrush(c: CanvasRenderingContext2D, [x, y]: Point, size: number, down: boolean): void {
  c.beginPath()
  c.arc(x, y, size / 2, 0, 2 * Math.PI)
  twice(c, () => c.stroke(), down ? 3 : 1.5)
  c.beginPath()
  c.moveTo(x - 4, y)
  c.lineTo(x + 4, y)
  c.moveTo(x, y - 4)
  c.lineTo(x, y + 4)
  twice(c, () => c.stroke(), 1)
}
