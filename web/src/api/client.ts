import createClient from 'openapi-fetch'
import { deadline } from '../keep/within'
import { texts } from '../texts'
import type { components, paths } from './schema'

export type Ad = components['schemas']['Ad']
export type Scene = components['schemas']['Scene']
export type Rendition = components['schemas']['Rendition']
export type RenditionWish = components['schemas']['RenditionWish']
export type Choices = components['schemas']['Choices']
export type Channel = components['schemas']['Channel']
export type Copies = components['schemas']['Copies']
export type Account = components['schemas']['Account']
export type Export = components['schemas']['Export']
export type Brand = components['schemas']['Brand']
export type BrandWish = components['schemas']['BrandWish']
export type SceneWish = components['schemas']['SceneWish']
/** The owner's word on how the product is cut out. */
export type CutOut = components['schemas']['CutOut']
/** How a scene shows its product. */
export type Product = components['schemas']['Product']
/** By what one part of an ad was made. */
export type Part = components['schemas']['Part']
export type Doubt = Product['doubts'][number]
type BundleWish = components['schemas']['BundleWish']
export type ListedAd = components['schemas']['ListedAd']
export type List = components['schemas']['List']
export type Stats = components['schemas']['Stats']
export type Accepted = components['schemas']['Accepted']
export type Uploading = components['schemas']['Uploading']
export type UploadBody = components['schemas']['UploadBody']
type ApiProblem = components['schemas']['Problem']

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
const patience = 29_500

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
  compose(adId: string, wish: RenditionWish, key: string): Promise<Answer<Rendition>>
  removeRendition(adId: string, renditionId: string): Promise<Answer<undefined>>
  makeMain(adId: string, renditionId: string): Promise<Answer<Ad>>
  /** Switches an ad's public page on, and gives its address. */
  share(adId: string): Promise<Answer<components['schemas']['Share']>>
  unshare(adId: string): Promise<Answer<undefined>>
  copies(adId: string): Promise<Answer<Copies>>
  scene(adId: string, wish: SceneWish, key: string): Promise<Answer<components['schemas']['SceneAccepted']>>
  removeScene(adId: string, sceneId: string): Promise<Answer<undefined>>
  choices(): Promise<Answer<Choices>>
  bundle(adId: string, wish: BundleWish): Promise<Answer<components['schemas']['Bundle']>>
  /** Who is calling. */
  account(): Promise<Answer<Account>>
  /** Ends this browser's session, and every one; both give where to go next. */
  logout(): Promise<Answer<components['schemas']['Logout']>>
  logoutEverywhere(): Promise<Answer<components['schemas']['Logout']>>
  /** Removes everything of the caller. */
  removeAccount(): Promise<Answer<components['schemas']['Ending']>>
  /** Makes a piece of a copy of all that the caller has. */
  exportAll(signal?: AbortSignal): Promise<Answer<Export>>
  brand(): Promise<Answer<Brand>>
  putBrand(wish: BrandWish): Promise<Answer<Brand>>
  /** With the same key and body it is about the same logo. */
  logo(body: components['schemas']['LogoBody'], key: string): Promise<Answer<components['schemas']['LogoUploading']>>
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
    compose: (ad_id, body, key) =>
      answer(client.POST('/api/ads/{ad_id}/renditions', { body, ...once(ad_id, key), signal: within() })),
    removeRendition: (ad_id, rendition_id) =>
      answer(
        client.DELETE('/api/ads/{ad_id}/renditions/{rendition_id}', {
          params: { path: { ad_id, rendition_id } },
          signal: within(),
        }),
      ),
    makeMain: (ad_id, rendition_id) =>
      answer(client.PUT('/api/ads/{ad_id}/main', { body: { rendition_id }, ...of(ad_id), signal: within() })),
    share: (ad_id) => answer(client.PUT('/api/ads/{ad_id}/share', { ...of(ad_id), signal: within() })),
    unshare: (ad_id) => answer(client.DELETE('/api/ads/{ad_id}/share', { ...of(ad_id), signal: within() })),
    copies: (ad_id) => answer(client.POST('/api/ads/{ad_id}/copies', { ...of(ad_id), signal: within() })),
    scene: (ad_id, body, key) =>
      answer(client.POST('/api/ads/{ad_id}/scenes', { body, ...once(ad_id, key), signal: within() })),
    removeScene: (ad_id, scene_id) =>
      answer(client.DELETE('/api/ads/{ad_id}/scenes/{scene_id}', {
        params: { path: { ad_id, scene_id } },
        signal: within(),
      })),
    choices: () => answer(client.GET('/api/channels', { signal: within() })),
    bundle: (ad_id, body) =>
      answer(client.POST('/api/ads/{ad_id}/bundle', { body, ...of(ad_id), signal: within() })),
    account: () => answer(client.GET('/api/account', { signal: within() })),
    logout: () => answer(client.POST('/api/account/logout', { signal: within() })),
    logoutEverywhere: () => answer(client.POST('/api/account/logout-everywhere', { signal: within() })),
    removeAccount: () => answer(client.DELETE('/api/account', { signal: within() })),
    exportAll: (signal) => answer(client.GET('/api/account/export', { signal: within(signal) })),
    brand: () => answer(client.GET('/api/brand', { signal: within() })),
    putBrand: (body) => answer(client.PUT('/api/brand', { body, signal: within() })),
    logo: (body, key) =>
      answer(
        client.POST('/api/brand/logo', { body, params: { header: { 'Idempotency-Key': key } }, signal: within() }),
      ),
  }
}

/** The parameters of a call to an ad, and of one that makes something only once. */
function of(ad_id: string) {
  return { params: { path: { ad_id } } }
}
function once(ad_id: string, key: string) {
  return { params: { path: { ad_id }, header: { 'Idempotency-Key': key } } }
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
