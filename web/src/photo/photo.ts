import { texts } from '../texts'
import { headBytes, sniff, type Kind } from './sniff'
import { fit, longestSide, maxBytes, minSide, mustShrink, type Size } from './size'

/** A photo that is ready to be sent. */
export interface Photo {
  blob: Blob
  kind: Kind
  size: Size
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
 * Checks a file and makes of it what will be sent: the very file when the API
 * takes it as it is; a smaller one when it is huge; a JPEG when only this
 * browser can read it (Safari reads HEIC). Throws a PhotoFault otherwise.
 */
export async function prepare(file: Blob): Promise<Photo> {
  const words = texts.fault
  if (file.size === 0) throw new PhotoFault(words.photoEmpty)
  const kind = sniff(new Uint8Array(await file.slice(0, headBytes).arrayBuffer()))
  const bitmap = await createImageBitmap(file).catch(() => null)
  if (!bitmap) {
    throw new PhotoFault(
      kind === 'heic'
        ? words.photoHeic
        : kind === 'avif'
          ? words.photoAvif
          : kind === 'unknown'
            ? words.photoUnsupported
            : words.photoCorrupt,
    )
  }
  try {
    const size = { width: bitmap.width, height: bitmap.height }
    if (Math.min(size.width, size.height) < minSide) throw new PhotoFault(words.photoTooSmall)
    const readable = kind === 'heic' || kind === 'avif' || kind === 'unknown' ? null : kind
    if (readable && !mustShrink(size, file.size)) {
      return { blob: file, kind: readable, size, was: null, converted: false }
    }
    const smaller = fit(size, longestSide)
    const blob = await draw(bitmap, smaller, readable === 'image/png' || readable === 'image/webp')
    const was = smaller.width < size.width ? size : null
    return { blob, kind: blob.type as Kind, size: smaller, was, converted: readable === null }
  } finally {
    bitmap.close()
  }
}

/**
 * Draws a bitmap at a size: a PNG where it has transparency that must be kept,
 * else a JPEG. Drawing turns it upright, converts it to sRGB and leaves every
 * note of place and camera behind.
 */
async function draw(bitmap: ImageBitmap, size: Size, mayBeTransparent: boolean): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const context = canvas.getContext('2d', { willReadFrequently: mayBeTransparent })
  if (!context) throw new PhotoFault(texts.fault.photoCorrupt)
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
  if (!jpeg) throw new PhotoFault(texts.fault.photoCorrupt)
  if (jpeg.size > maxBytes) throw new PhotoFault(texts.fault.photoTooLarge)
  return jpeg
}

function isTransparent(context: CanvasRenderingContext2D, size: Size): boolean {
  const { data } = context.getImageData(0, 0, size.width, size.height)
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] !== 255) return true
  }
  return false
}

function encode(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality))
}

/** The first picture among what was dropped or pasted, null when there is none. */
export function pictureIn(data: DataTransfer | null): File | null {
  const files = [...(data?.files ?? [])]
  return files.find((f) => f.type.startsWith('image/')) ?? files[0] ?? null
}
