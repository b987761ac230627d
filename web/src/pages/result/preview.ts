import { fetchPicture } from './picture-file'

/**
 * What the previewed markup may do: show pictures that are in it, and its own
 * inline styles. Together with sandbox="" nothing leaves the frame (measured:
 * either alone leaks).
 */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

/** The document of the preview frame for a piece of markup. */
export function previewDocument(code: string): string {
  return (
    `<!doctype html><html lang="ko"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `</head><body style="margin:0">${code}</body></html>`
  )
}

/** The pictures that a piece of markup names, scene and logo, each once, as paths of this site. */
export function picturesOf(code: string): string[] {
  return [...new Set([...code.matchAll(/(?:https?:\/\/[^"'\s<>/]+)?(\/api\/images\/[^"'\s)<>]+)/g)].map((m) => m[1]!))]
}

/**
 * The markup with every address of one picture, on whatever host, replaced.
 */
export function withPicture(code: string, picture: string, replacement: string): string {
  const path = picture.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return code.replace(new RegExp(`(?:https?://[^"'\\s<>/]+)?${path}(?=["'\\s)])`, 'g'), () => replacement)
}

/** Fetches the picture and gives it as a data: address. */
export async function pictureData(picture: string): Promise<string> {
  const blob = await fetchPicture(picture)
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}
