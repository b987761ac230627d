import type { Fields } from '../ad/fields'
import { problemOf, retryAfter, unreachable, type Accepted, type Answer, type Uploading } from './client'

/**
 * The largest photo that goes with the fields in one request. The API takes
 * 4.5 MB of body (internal/httpapi) and promises 4 MB of photo.
 */
export const directLimit = 4_000_000

/** Called with a share from 0 to 1 while bytes leave. */
export type OnProgress = (share: number) => void

/**
 * Sends fields and photo in one request. `key` makes a repeated attempt after a
 * lost answer give the same ad.
 */
export async function sendDirect(
  fields: Fields,
  photo: Blob,
  key: string,
  onProgress: OnProgress,
): Promise<Answer<Accepted>> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value))
  form.append('product_image', photo, 'photo')
  const done = await post('/api/ads/generate', form, { 'Idempotency-Key': key }, onProgress)
  if (!done) return { ok: false, problem: unreachable() }
  const wait = retryAfter(done.getResponseHeader('Retry-After'))
  const body = json(done.responseText)
  if (done.status >= 300 || !isAccepted(body)) return { ok: false, problem: problemOf(done.status, body), ...wait }
  return { ok: true, data: body, ...wait }
}

/** What became of an upload to the bucket. */
export type Upload = 'sent' | 'refused' | 'unreachable'

/**
 * Sends a photo to the bucket by a presigned POST: the given fields first, the
 * file last. "refused" is the bucket's no (expired, wrong length); trying again
 * with the same fields cannot help.
 */
export async function sendToBucket(
  to: Uploading['upload'],
  photo: Blob,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<Upload> {
  const form = new FormData()
  for (const [name, value] of Object.entries(to.fields)) form.append(name, value)
  form.append('file', photo, 'photo')
  const done = await post(to.url, form, {}, onProgress, signal)
  if (!done || done.status >= 500 || done.status === 429) return 'unreachable'
  return done.status < 300 ? 'sent' : 'refused'
}

/**
 * POST by XMLHttpRequest, because fetch tells nothing of what has been sent.
 * Null when nothing answered.
 */
function post(
  url: string,
  body: FormData,
  headers: Record<string, string>,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<XMLHttpRequest | null> {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest()
    xhr.open('POST', url)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.upload.onprogress = (e) => {
      if (e.lengthComputable) onProgress(e.loaded / e.total)
    }
    xhr.onload = () => resolve(xhr)
    xhr.onerror = xhr.onabort = xhr.ontimeout = () => resolve(null)
    signal?.addEventListener('abort', () => xhr.abort())
    xhr.send(body)
  })
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isAccepted(body: unknown): body is Accepted {
  return typeof body === 'object' && body !== null && 'ad_id' in body && typeof body.ad_id === 'string'
}
