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

/** What became of an upload to the bucket: "again" is the bucket's own wish to get it once more. */
export type Upload = 'sent' | 'refused' | 'again' | 'unreachable'

/**
 * What S3 says of an upload that came to harm on its way or came at a bad time
 * (Amazon S3, "Error responses"). Some of them are 400 as a true refusal is, so
 * that only the code tells.
 */
const passing = [
  'BadDigest',
  'IncompleteBody',
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
]

/**
 * Sends a photo to the bucket by a presigned POST: the given fields first, the
 * file last. "refused" is the bucket's own no (expired, wrong length), with which
 * trying again cannot help; what no bucket wrote, such as a proxy's page, is none.
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
  return done ? outcomeOf(done.status, done.responseText) : 'unreachable'
}

/** What an answer to the presigned POST means. */
export function outcomeOf(status: number, body: string): Upload {
  if (status >= 200 && status < 300) return 'sent'
  if (status === 408 || status === 429 || status >= 500) return 'again'
  const code = /<Code>\s*(\w+)\s*<\/Code>/.exec(body)?.[1]
  if (code === undefined) return 'unreachable'
  return passing.includes(code) ? 'again' : 'refused'
}

/**
 * How long nothing may move, neither bytes nor an answer. The last megabytes lie
 * in the phone's own buffers: on 0.5 Mbit/s they take a minute to leave it.
 */
export const stalledAfter = 90_000

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
    let stalled: ReturnType<typeof setTimeout>
    const moves = () => {
      clearTimeout(stalled)
      stalled = setTimeout(() => xhr.abort(), stalledAfter)
    }
    const end = (answer: XMLHttpRequest | null) => {
      clearTimeout(stalled)
      resolve(answer)
    }
    moves()
    xhr.upload.onprogress = (e) => {
      moves()
      if (e.lengthComputable) onProgress(e.loaded / e.total)
    }
    xhr.onload = () => end(xhr)
    xhr.onerror = xhr.onabort = xhr.ontimeout = () => end(null)
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
