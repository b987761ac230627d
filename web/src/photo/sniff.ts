import type { UploadBody } from '../api/client'

/** What the API takes, by media type. */
export type Kind = UploadBody['content_type']

/** What a file's first bytes say it is; its name and its announced type may lie. */
export type Sniffed = Kind | 'unknown'

/** The kind as the API takes it, null when it does not. */
export function takenAs(kind: Sniffed): Kind | null {
  return kind === 'unknown' ? null : kind
}

/** How many bytes sniff needs. */
export const headBytes = 32

/** Reads the signature (WHATWG MIME Sniffing, 6.1; ISO 14496-12, 4.3 for the last two). */
export function sniff(head: Uint8Array): Sniffed {
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to))
  if (text(0, 3) === '\xff\xd8\xff') return 'image/jpeg'
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png'
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'image/gif'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp'
  if (text(4, 8) === 'ftyp') {
    const brands = text(8, 32)
    if (/avi[fs]/.test(brands)) return 'image/avif'
    if (/hei[cxms]|hev[cx]|mif1|msf1/.test(brands)) return 'image/heic'
  }
  return 'unknown'
}
