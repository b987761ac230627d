import { within } from '../keep/within'
import { texts } from '../texts'
import { headBytes, sniff, takenAs, type Kind } from './sniff'
import { fit, longestSide, maxBytes, minSide, mustShrink, type Size } from './size'

/** A photo that is ready to be sent. */
export interface Photo {
  blob: Blob
  kind: Kind
  /** Null where this browser cannot show it; the server may. */
  size: Size | null
  /** What it was before it was made smaller, null if it is as it came. */
  was: Size | null
  /** Whether it had to be made a JPEG because the API does not read its kind. */
  converted: boolean
}

/** Why a file cannot be used, in words for the owner. */
export class PhotoFault extends Error {
  override name = 'PhotoFault'
}

/** The quality of a re-encoded photo: no visible loss, a fifth of the bytes of 1. */
const quality = 0.92

/**
 * How long the browser may take to open a photo: 50 megapixels take a slow phone
 * about five seconds. One that does not answer is one that cannot.
 */
const patience = 20_000

/** The kinds that may be transparent. A phone's HEIC never is. */
const transparent = new Set<Kind | null>(['image/png', 'image/webp', 'image/avif'])

/** How long a file may take to come: one that lies in a cloud is fetched first. */
const comes = 60_000

/**
 * Checks a file and makes of it what will be sent: the very file when the API
 * takes it as it is, or when only the server can open it; a smaller one when it is
 * huge; a JPEG when only this browser can read it, such as a BMP. Throws a
 * PhotoFault otherwise.
 */
export async function prepare(file: Blob): Promise<Photo> {
  const words = texts.fault
  if (file.size === 0) throw new PhotoFault(words.photoEmpty)
  const head = await within(comes, file.slice(0, headBytes).arrayBuffer()).catch(() => {
    throw new PhotoFault(words.photoUnread)
  })
  const kind = sniff(new Uint8Array(head))
  const readable = takenAs(kind)
  const bitmap = await within(patience, createImageBitmap(file)).catch(() => null)
  if (!bitmap) {
    if (readable && file.size > maxBytes) throw new PhotoFault(words.photoTooLarge)
    if (readable) return { blob: file, kind: readable, size: null, was: null, converted: false }
    throw new PhotoFault(words.photoUnsupported)
  }
  try {
    const size = { width: bitmap.width, height: bitmap.height }
    if (Math.min(size.width, size.height) < minSide) throw new PhotoFault(words.photoTooSmall)
    if (readable && !mustShrink(size, file.size)) {
      return { blob: file, kind: readable, size, was: null, converted: false }
    }
    const smaller = fit(size, longestSide)
    const blob = await draw(bitmap, smaller, transparent.has(readable))
    if (!blob) {
      // No canvas so large, or no answer from it: the server makes it smaller then.
      if (readable && file.size <= maxBytes) return { blob: file, kind: readable, size, was: null, converted: false }
      throw new PhotoFault(readable ? words.photoTooLarge : words.photoCorrupt)
    }
    const was = smaller.width < size.width ? size : null
    return { blob, kind: blob.type as Kind, size: smaller, was, converted: readable === null }
  } finally {
    bitmap.close()
  }
}

/**
 * Draws a bitmap at a size: a PNG where it has transparency that must be kept,
 * else a JPEG. Drawing turns it upright, converts it to sRGB and leaves every
 * note of place and camera behind. Null when the browser cannot, or not within the
 * API's limit.
 */
async function draw(bitmap: ImageBitmap, size: Size, mayBeTransparent: boolean): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const context = canvas.getContext('2d', { willReadFrequently: mayBeTransparent })
  if (!context) return null
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, size.width, size.height)
  if (mayBeTransparent && isTransparent(context, size)) {
    const png = await encode(canvas, 'image/png')
    if (png && png.size <= maxBytes) return png
    // Too large even so: on white, as the server would show it in small.
    context.globalCompositeOperation = 'destination-over'
    context.fillStyle = '#fff'
    context.fillRect(0, 0, size.width, size.height)
  }
  const jpeg = await encode(canvas, 'image/jpeg', quality)
  return jpeg && jpeg.size <= maxBytes ? jpeg : null
}

function isTransparent(context: CanvasRenderingContext2D, size: Size): boolean {
  const { data } = context.getImageData(0, 0, size.width, size.height)
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] !== 255) return true
  }
  return false
}

function encode(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob | null> {
  const encoded = new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality))
  return within(patience, encoded).catch(() => null)
}

/** The first picture among what was dropped or pasted, null when there is none. */
export function pictureIn(data: DataTransfer | null): File | null {
  const files = [...(data?.files ?? [])]
  return files.find((f) => f.type.startsWith('image/')) ?? files[0] ?? null
}
