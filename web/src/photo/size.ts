/**
 * The longer side, in pixels, above which a photo is made smaller before it is
 * sent: the server works with 1536 (internal/photo), so this loses nothing that
 * would be seen and makes of a phone's 5 MB about one.
 */
export const longestSide = 2560

/** The server's limits (internal/photo, internal/quality). */
export const maxBytes = 20 * 1024 * 1024
export const maxPixels = 50_400_000
export const minSide = 128

export interface Size {
  width: number
  height: number
}

/** The size scaled down so that its longer side is at most `longest`; never enlarged, never empty. */
export function fit({ width, height }: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Whether a photo must be drawn anew before it is sent. */
export function mustShrink(size: Size, bytes: number): boolean {
  return Math.max(size.width, size.height) > longestSide || size.width * size.height > maxPixels || bytes > maxBytes
}
