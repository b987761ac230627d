import { deadline, within } from '../../keep/within'
import { fitBytes, jpegLimit, withXmp, xmpOf } from '../../photo/jpeg'

/** How long a picture of a few MB may take to come on a slow line. */
const comes = 60_000

/** How long the browser may take to open or to write a picture. */
const patience = 20_000

/**
 * A picture's bytes. Past every cache: the copy that <img> left there came
 * without the headers that let a script read it.
 */
export async function fetchPicture(address: string): Promise<Blob> {
  const response = await fetch(address, { cache: 'no-store', signal: deadline(comes) })
  if (!response.ok) throw new Error(`the picture answered ${response.status}`)
  return response.blob()
}

/**
 * The picture as a JPEG of at most 500 KB. The note inside the PNG that software
 * made it goes along: a canvas would drop it.
 */
export async function toJpeg(png: Blob): Promise<Blob> {
  const packet = xmpOf(new Uint8Array(await png.arrayBuffer()))
  const bitmap = await within(patience, createImageBitmap(png))
  try {
    const found = await fitBytes(
      (scale, quality) => encode(bitmap, scale, quality),
      jpegLimit - (packet ? packet.length + 64 : 0),
    )
    if (!found) throw new Error('no quality makes it small enough')
    return new Blob([packet ? withXmp(found, packet) : found] as BlobPart[], { type: 'image/jpeg' })
  } finally {
    bitmap.close()
  }
}

async function encode(bitmap: ImageBitmap, scale: number, quality: number): Promise<Uint8Array> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * scale)
  canvas.height = Math.round(bitmap.height * scale)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('the browser gives no canvas')
  context.fillStyle = '#fff' // JPEG knows no transparency
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  const blob = await within(
    patience,
    new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality)),
  )
  if (!blob) throw new Error('the browser could not encode the picture')
  return new Uint8Array(await blob.arrayBuffer())
}

/** Hands a file to the browser's downloads. */
export function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // Safari still reads it a while after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
