/**
 * The most bytes of a JPEG for download: what Kakao's native ads and Naver's
 * display ads take.
 */
export const jpegLimit = 500_000

/** Encodes a picture as JPEG at a share of its size and a quality, both 0 to 1. */
export type Encoder = (scale: number, quality: number) => Promise<Uint8Array>

const best = 0.95
const worst = 0.7
const smaller = 0.85
const smallest = 0.35

/**
 * The best JPEG of at most `limit` bytes: the highest quality that fits, found by
 * halving to within 0.02; only when even 0.7 does not fit, a smaller picture.
 * Null when nothing fits.
 */
export async function fitBytes(encode: Encoder, limit: number): Promise<Uint8Array | null> {
  for (let scale = 1; scale >= smallest; scale *= smaller) {
    const top = await encode(scale, best)
    if (top.length <= limit) return top
    let found = await encode(scale, worst)
    if (found.length > limit) continue
    let low = worst
    let high = best
    while (high - low > 0.02) {
      const middle = (low + high) / 2
      const tried = await encode(scale, middle)
      if (tried.length <= limit) {
        found = tried
        low = middle
      } else {
        high = middle
      }
    }
    return found
  }
  return null
}

const signature = 'http://ns.adobe.com/xap/1.0/\0'

/**
 * Puts an XMP packet into a JPEG, as its own APP1 segment right behind SOI and
 * any APP0 (XMP specification part 3, 1.1.3). Throws when the bytes are no JPEG
 * or the packet is longer than a segment holds.
 */
export function withXmp(jpeg: Uint8Array, packet: Uint8Array): Uint8Array {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Error('not a JPEG')
  const length = 2 + signature.length + packet.length
  if (length > 0xffff) throw new Error('the packet does not fit into a segment')
  let at = 2
  if (jpeg[2] === 0xff && jpeg[3] === 0xe0) at = 4 + (((jpeg[4] ?? 0) << 8) | (jpeg[5] ?? 0))
  const out = new Uint8Array(jpeg.length + 2 + length)
  out.set(jpeg.subarray(0, at))
  out.set([0xff, 0xe1, length >> 8, length & 0xff], at)
  out.set(new TextEncoder().encode(signature), at + 4)
  out.set(packet, at + 4 + signature.length)
  out.set(jpeg.subarray(at), at + 2 + length)
  return out
}

/**
 * The XMP packet of a PNG (an iTXt chunk, XMP specification part 3, 1.1.5), null
 * when it has none. The GPU server writes there that software made the picture.
 */
export function xmpOf(png: Uint8Array): Uint8Array | null {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const keyword = 'XML:com.adobe.xmp\0'
  const latin = new TextDecoder('latin1')
  for (let at = 8; at + 12 <= png.length;) {
    const length = view.getUint32(at)
    const end = at + 8 + length
    if (end + 4 > png.length) return null
    const kind = latin.decode(png.subarray(at + 4, at + 8))
    const data = png.subarray(at + 8, end)
    if (kind === 'iTXt' && latin.decode(data.subarray(0, keyword.length)) === keyword) {
      if (data[keyword.length] !== 0) return null // compressed: never written by us
      let from = keyword.length + 2
      for (let ended = 0; ended < 2; from++) {
        if (from >= data.length) return null
        if (data[from] === 0) ended++ // language, then translated keyword
      }
      return data.subarray(from)
    }
    if (kind === 'IEND') return null
    at = end + 4
  }
  return null
}
