import createClient from 'openapi-fetch'
import { deadline } from '../keep/within'
import { texts } from '../texts'
import type { components, paths } from './schema'

export type Ad = components['schemas']['Ad'] & Studio
export type ListedAd = components['schemas']['ListedAd']
export type List = components['schemas']['List']
export type Stats = components['schemas']['Stats']
export type Accepted = components['schemas']['Accepted']
export type Uploading = components['schemas']['Uploading']
export type UploadBody = components['schemas']['UploadBody']
type ApiProblem = components['schemas']['Problem']

/** What an ad has beside its main rendition. */
export interface Studio {
  stage1_page_url?: string | null
  stage2_page_url?: string | null
  scenes?: Scene[]
  renditions?: Rendition[]
}

export interface Scene {
  scene_id: string
  status: 'queued' | 'running' | 'succeeded' | 'failed'
  ad_concept: string
  picture_url: string | null
  page_url: string | null
  thumbnail_url: string | null
  seed: number | null
  queue_position: number | null
  eta_seconds: number | null
  stalled: boolean
  error?: { code: string; detail: string; retryable: boolean } | null
  created_at: string
}

export interface Rendition {
  rendition_id: string
  scene_id: string
  channel: string | null
  width: number
  height: number
  layout: string
  corner: string | null
  typeface: string
  main_copy: string
  sub_copy: string
  badge: string
  brand: boolean
  ai_mark: boolean
  picture_url: string
  page_url: string
  thumbnail_url: string
  html_code: string
  contrast_ratio: number | null
  clip_score: number | null
  main: boolean
  created_at: string
}

/** What a rendition is asked to be. */
export interface RenditionBody {
  scene_id?: string
  main_copy?: string
  sub_copy?: string
  channel?: string
  size?: string
  layout?: string
  corner?: string
  typeface?: string
  badge?: string
  brand?: boolean
  ai_mark?: boolean
}

export interface Channel {
  name: string
  label: string
  width: number
  height: number
  format: 'png' | 'jpeg' | 'webp'
  max_bytes: number | null
  text: boolean
}

export interface Copy {
  main_copy: string
  sub_copy: string
}

export interface Brand {
  logo_id: string | null
  logo_url: string | null
  colors: string[]
  layout: string
  by_default: boolean
}

export interface Bundle {
  url: string
  name: string
  bytes: number
}

/** Why a call did not give what was asked for. `status` is 0 when nothing answered. */
export interface Problem {
  status: number
  code: string
  detail: string
  errors: readonly { field: string; detail: string }[]
}

/** An answer; `retryAfter` is in seconds, when the server said. */
export type Answer<T> =
  { ok: true; data: T; retryAfter?: number } | { ok: false; problem: Problem; retryAfter?: number }

/** A read that takes longer than this has been lost on its way: API Gateway answers within 29 s. */
const patience = 30_000

/** The calls the pages make. They never throw. */
export interface Api {
  ad(adId: string, signal?: AbortSignal): Promise<Answer<Ad>>
  retry(adId: string): Promise<Answer<Accepted>>
  remove(adId: string): Promise<Answer<undefined>>
  list(cursor: string | null, signal?: AbortSignal): Promise<Answer<List>>
  stats(signal?: AbortSignal): Promise<Answer<Stats>>
  /** `key` makes a repeated attempt after a lost answer give the same ad. */
  upload(body: UploadBody, key: string): Promise<Answer<Uploading>>
  /** Composes a rendition and gives it. */
  compose(adId: string, body: RenditionBody, key: string): Promise<Answer<Rendition>>
  removeRendition(adId: string, renditionId: string): Promise<Answer<undefined>>
  makeMain(adId: string, renditionId: string): Promise<Answer<Ad>>
  copies(adId: string): Promise<Answer<{ copies: Copy[]; copy_source: string }>>
  scene(adId: string, body: { ad_concept?: string }, key: string): Promise<Answer<{ scene_id: string }>>
  channels(): Promise<Answer<{ channels: Channel[] }>>
  bundle(adId: string, body: { channels: string[]; rendition_id?: string }, key: string): Promise<Answer<Bundle>>
  brand(): Promise<Answer<Brand>>
  putBrand(body: Omit<Brand, 'logo_url'>): Promise<Answer<Brand>>
  brandLogo(body: { content_type: string; content_length: number }): Promise<Answer<Logo>>
}

export interface Logo {
  logo_id: string
  upload: Uploading['upload']
}

/** Ads on one page of the dashboard. */
export const pageSize = 12

export function connect(): Api {
  const client = createClient<paths>()
  return {
    ad: (ad_id, signal) =>
      answer(client.GET('/api/ads/{ad_id}', { params: { path: { ad_id } }, signal: within(signal) })),
    retry: (ad_id) => answer(client.POST('/api/ads/{ad_id}/retry', { params: { path: { ad_id } }, signal: within() })),
    remove: (ad_id) => answer(client.DELETE('/api/ads/{ad_id}', { params: { path: { ad_id } }, signal: within() })),
    list: (cursor, signal) =>
      answer(
        client.GET('/api/dashboard/ads', {
          params: { query: { limit: pageSize, ...(cursor ? { cursor } : {}) } },
          signal: within(signal),
        }),
      ),
    stats: (signal) => answer(client.GET('/api/dashboard/stats', { signal: within(signal) })),
    upload: (body, key) =>
      answer(client.POST('/api/uploads', { body, params: { header: { 'Idempotency-Key': key } }, signal: within() })),
    compose: (adId, body, key) => call('POST', `/api/ads/${adId}/renditions`, body, key),
    removeRendition: (adId, id) => call('DELETE', `/api/ads/${adId}/renditions/${id}`),
    makeMain: (adId, rendition_id) => call('PUT', `/api/ads/${adId}/main`, { rendition_id }),
    copies: (adId) => call('POST', `/api/ads/${adId}/copies`),
    scene: (adId, body, key) => call('POST', `/api/ads/${adId}/scenes`, body, key),
    channels: () => call('GET', '/api/channels'),
    bundle: (adId, body, key) => call('POST', `/api/ads/${adId}/bundle`, body, key),
    brand: () => call('GET', '/api/brand'),
    putBrand: (body) => call('PUT', '/api/brand', body),
    brandLogo: (body) => call('POST', '/api/brand/logo', body),
  }
}

async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<Answer<T>> {
  const headers: Record<string, string> = key ? { 'Idempotency-Key': key } : {}
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const asked = fetch(path, {
    method,
    headers,
    signal: within(),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return answer<T>(
    asked.then(async (response) => {
      const text = response.status === 204 ? undefined : await response.json().catch(() => undefined)
      return response.ok ? { data: text as T, response } : { error: text, response }
    }),
  )
}

function within(signal?: AbortSignal): AbortSignal {
  return deadline(patience, signal)
}

async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Answer<T>> {
  try {
    const { data, error, response } = await call
    const wait = retryAfter(response.headers.get('Retry-After'))
    if (!response.ok) return { ok: false, problem: problemOf(response.status, error), ...wait }
    return { ok: true, data: data as T, ...wait }
  } catch {
    return { ok: false, problem: unreachable() }
  }
}

/** Retry-After in seconds; our server never sends the date form. */
export function retryAfter(header: string | null): { retryAfter?: number } {
  const seconds = Number(header)
  return header !== null && Number.isFinite(seconds) && seconds >= 0 ? { retryAfter: seconds } : {}
}

/** The problem of an answer that is an error, whatever its body is. */
export function problemOf(status: number, body: unknown): Problem {
  const p = (typeof body === 'object' && body !== null ? body : {}) as Partial<ApiProblem>
  const words = texts.fault
  return {
    status,
    code: typeof p.code === 'string' ? p.code : '',
    // What answers without our detail is a gateway or a proxy.
    detail: typeof p.detail === 'string' ? p.detail : status === 429 ? words.busy : words.server,
    errors: Array.isArray(p.errors) ? p.errors : [],
  }
}

/** The problem of a call that nothing answered. */
export function unreachable(): Problem {
  return { status: 0, code: 'Network', detail: texts.fault.network, errors: [] }
}
