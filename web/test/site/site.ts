import { readFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'
import { AxeBuilder } from '@axe-core/playwright'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Cookie,
  type Locator,
  type Page,
} from 'playwright-core'
import { afterEach, beforeAll, expect, inject } from 'vitest'
import { labelOf } from '../../src/ad/fields'
import type { Ad } from '../../src/api/client'
import { texts } from '../../src/texts'

export { labelOf, texts }

/** The running site, such as http://localhost:8890: `make run` starts one. */
export const site = needed('SITE_URL')

function needed(name: string): string {
  const value = process.env[name]
  if (!value)
    throw new Error(
      `${name} is not set: start the local deployment and name its address, e.g. ${name}=http://localhost:8890`,
    )
  return value.replace(/\/$/, '')
}

/**
 * Makes the GPU server of the deployment fail; the test harness listens there.
 * "down" answers every call with 500, and ads wait; "failing" does so for the
 * stage 2 only, and ads fail; "up" ends both.
 */
export async function aiServer(state: 'down' | 'failing' | 'up'): Promise<void> {
  const answer = await fetch(needed('FAULT_URL'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ai_server: state }),
  })
  if (!answer.ok) throw new Error(`the fault control answered ${answer.status}`)
}

/** A real product photo: the start page's own "before". */
export const photo = {
  name: '가방.jpg',
  mimeType: 'image/jpeg',
  buffer: readFileSync(new URL('../../public/example-before.jpg', import.meta.url)),
}

let browser: Browser
let visits: Visit[] = []

/** To be called at the top of a test file: connects to the run's browser, and ends what tests leave open. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (!browser?.isConnected()) browser = await chromium.connect(inject('browser'))
  })
  afterEach(async () => {
    const ended = visits
    visits = []
    for (const visit of ended) await visit.end()
  })
}

/**
 * One browser profile at the site. Whatever it complains about (a script that
 * throws, a breach of the content security policy, an address outside of it) is
 * kept, and fails the test at its end.
 */
export class Visit {
  readonly context: BrowserContext
  #complaints: string[] = []
  #provoked: RegExp[] = []
  /** Every request that left, as "GET /path", with the origin before the path where it is another. */
  readonly requests: string[] = []

  constructor(context: BrowserContext) {
    this.context = context
    context.on('page', (page) => {
      page.on('pageerror', (e) => this.#complaints.push(`error: ${e.message}`))
      page.on('console', (m) => {
        // The network's failures are the tests' own doing.
        if (m.type() === 'error' && !m.text().startsWith('Failed to load resource'))
          this.#complaints.push(`console: ${m.text()}`)
      })
      page.on('request', (request) => {
        const url = new URL(request.url())
        if (url.protocol.startsWith('http'))
          this.requests.push(`${request.method()} ${url.origin === site ? '' : url.origin}${url.pathname}`)
      })
      page.on('requestfailed', (request) => {
        // Stopped by the policy before it left; the console complains of it.
        if (request.failure()?.errorText === 'csp')
          this.requests.splice(
            this.requests.findLastIndex((r) => r.endsWith(new URL(request.url()).pathname)),
            1,
          )
      })
    })
  }

  async page(path = '/'): Promise<Page> {
    const page = await this.context.newPage()
    page.setDefaultTimeout(30_000)
    await page.goto(site + path)
    return page
  }

  /** Leaves out complaints that a test provokes: the browser may tell of them late. */
  forgive(provoked: RegExp): void {
    this.#provoked.push(provoked)
  }

  async end(): Promise<void> {
    const allowed = await pictureOrigins()
    const strangers = this.requests.filter(
      (r) => r.includes(' http') && !allowed.some((origin) => r.split(' ')[1]!.startsWith(origin)),
    )
    await this.context.close()
    expect(strangers, 'requests to third parties').toEqual([])
    expect(this.#complaints.filter((c) => !this.#provoked.some((p) => p.test(c)))).toEqual([])
  }
}

/** The origin of pictures and uploads. */
export async function pictureOrigin(): Promise<string> {
  const [origin] = await pictureOrigins()
  if (!origin) throw new Error("the site's policy names no origin of pictures")
  return origin
}

/** The origins beside its own that the site's policy lets a page connect to: the pictures' alone. */
async function pictureOrigins(): Promise<string[]> {
  policy ??= (await fetch(site)).headers.get('Content-Security-Policy') ?? ''
  return [...(/connect-src ([^;]*)/.exec(policy)?.[1] ?? '').matchAll(/https?:\/\/\S+/g)].map((m) => m[0])
}

let policy: string | undefined

/** A new profile, which is a new owner. */
export async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    locale: 'ko-KR',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
  const one = new Visit(context)
  visits.push(one)
  return one
}

export const phone: BrowserContextOptions = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true }

export interface Filled {
  name?: string
  category?: string
  age?: string
  concept?: string
  file?: { name: string; mimeType: string; buffer: Buffer } | null
}

/** Fills the form as a person would. */
export async function fill(
  page: Page,
  {
    name = '울 더플백',
    category = '의류',
    age = '30대',
    concept = '주말 아침의 설레는 여행',
    file = photo,
  }: Filled = {},
): Promise<void> {
  if (file) {
    await page.setInputFiles('#product_image', file)
    await page.getByAltText(texts.form.photoAlt).waitFor()
  }
  await page.getByLabel(labelOf('product_name')).fill(name)
  await page.getByRole('radio', { name: category, exact: true }).check()
  await page.getByRole('radio', { name: age, exact: true }).check()
  await page.getByLabel(labelOf('ad_concept')).fill(concept)
}

export const submit = (page: Page) => page.getByRole('button', { name: texts.form.submit }).click()

/** Orders an ad by the form, and gives its id once its own page is there. */
export async function order(page: Page, filled?: Filled): Promise<string> {
  await fill(page, filled)
  await submit(page)
  return adIdOf(page)
}

export async function adIdOf(page: Page): Promise<string> {
  await page.waitForURL(/\/result\/[0-9a-f-]{36}$/)
  return new URL(page.url()).pathname.split('/')[2]!
}

/** Counts the bytes of each picture that a page loads from now on. */
export function pictureBytes(page: Page): () => number[] {
  const bytes: number[] = []
  page.on('response', (r) => {
    if (r.request().resourceType() === 'image' && r.ok()) void r.body().then((b) => bytes.push(b.length))
  })
  return () => bytes
}

/** Moves by the Tab key until the place has the focus. */
export async function tabTo(page: Page, place: Locator): Promise<void> {
  const focused = () => place.evaluate((e) => e === document.activeElement)
  for (let i = 0; i < 60 && !(await focused()); i++) await page.keyboard.press('Tab')
  expect(await focused(), `${place} is not reached by Tab`).toBe(true)
}

/** Waits until a page shows its ad as finished. */
export async function finished(page: Page): Promise<void> {
  await page.getByRole('heading', { name: texts.result.title, level: 1 }).waitFor({ timeout: 90_000 })
}

/** Orders an ad past the form, with the cookie of the visit; quicker where the form is not what is tested. */
export async function orderByApi(
  to: Visit,
  fields: Partial<Record<string, string>> = {},
  product_image = photo,
): Promise<string> {
  const answer = await to.context.request.post(`${site}/api/ads/generate`, {
    multipart: { ...defaults, ...fields, product_image } as Record<string, string | typeof photo>,
  })
  expect(answer.status()).toBe(202)
  return (await answer.json()).ad_id
}

let one: Promise<Made> | undefined

/** A finished ad, and a visit of whoever owns it. */
export interface Made {
  ad: Ad
  owner: { cookies: Cookie[]; origins: [] }
}

/**
 * One finished ad for all tests that only look at one: they visit with its owner's
 * cookie (`visit({ storageState: owner })`), and change nothing of it.
 */
export function madeAd(): Promise<Made> {
  one ??= (async () => {
    const owner = await visit()
    const adId = await orderByApi(owner)
    const address = `${site}/api/ads/${adId}`
    let ad: Ad
    await expect
      .poll(async () => (ad = await (await owner.context.request.get(address)).json()).status, { timeout: 90_000 })
      .toBe('succeeded')
    return { ad: ad!, owner: { cookies: await owner.context.cookies(), origins: [] as [] } }
  })()
  return one
}

/** Orders ads whose photos never come, and gives their ids: they are listed at once and cost nothing. */
export async function awaitPhotos(to: Visit, names: string[]): Promise<string[]> {
  const ids: string[] = []
  for (const product_name of names) {
    const answer = await to.context.request.post(`${site}/api/uploads`, {
      data: { ...defaults, product_name, content_type: 'image/jpeg', content_length: 1000 },
    })
    expect(answer.status()).toBe(201)
    ids.push((await answer.json()).ad_id)
  }
  return ids
}

const defaults = {
  product_name: '울 더플백',
  product_category: '의류',
  target_age: '30대',
  target_gender: '전체',
  ad_concept: '주말 아침의 설레는 여행',
}

/**
 * Nothing that axe finds, in both colour schemes: everything in the light, and in
 * the dark what a colour can change. Its legacy mode looks past frames of other
 * origins, of which there is none but the preview, where axe cannot run; it spares
 * a page of axe's own, half of the time.
 */
export async function accessible(page: Page): Promise<void> {
  const colours = ['color-contrast', 'link-in-text-block']
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode()
      .options({ resultTypes: ['violations'], ...(colorScheme === 'dark' ? { runOnly: colours } : {}) })
      .analyze()
    expect(
      violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join(' | ')}`),
      `${colorScheme} ${page.url()}`,
    ).toEqual([])
  }
  await page.emulateMedia({ colorScheme: null })
}

/**
 * A PNG of a grey product on white with so much grain in it that it hardly
 * compresses: 2000 × 1500 are about 5 MB.
 */
export function grainyPng(width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3))
  let seed = 1
  for (let y = 0, at = 0; y < height; y++) {
    at++ // filter: none
    for (let x = 0; x < width; x++) {
      const product = Math.abs(x - width / 2) < width / 4 && Math.abs(y - height / 2) < height / 4
      for (let c = 0; c < 3; c++) {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
        rows[at++] = (product ? 90 : 220) + (seed >>> 27)
      }
    }
  }
  return png(width, height, rows)
}

/** A PNG of one colour: few bytes, however large. */
export function plainPng(width: number, height: number): Buffer {
  return png(width, height, Buffer.alloc(height * (1 + width * 3)))
}

/** A mask as the API gives it: grey with alpha, and the middle half of each side is what was cut out. */
export function maskPng(width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 2))
  for (let y = height >> 2; y < (height * 3) >> 2; y++) {
    for (let x = width >> 2; x < (width * 3) >> 2; x++) rows[y * (1 + width * 2) + 2 + 2 * x] = 255
  }
  return png(width, height, rows, 4)
}

/** `kind` is PNG's colour type: 2 is RGB, 4 grey with alpha. */
function png(width: number, height: number, rows: Buffer, kind: 2 | 4 = 2): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, kind, 0, 0, 0], 8)
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), body.length + 4)
    return out
  }
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Writes a headline in the studio and gives how many ms it takes until the preview shows it. */
export function typed(input: Locator, text: string): Promise<number> {
  return input.evaluate(async (field: HTMLInputElement, text) => {
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!
    const at = performance.now()
    set.call(field, text)
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    const said = () => document.querySelector('.studio-picture')?.textContent?.replaceAll(' ', '') ?? ''
    while (!said().includes(text.replaceAll(' ', '')))
      await new Promise((resolve) => requestAnimationFrame(resolve))
    return performance.now() - at
  }, text)
}
