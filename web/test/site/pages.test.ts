import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { accessible, awaitPhotos, phone, site, texts, useBrowser, visit } from './site'

useBrowser()

const unknown = '/result/01234567-0123-7123-8123-0123456789ab'

describe('the start page', () => {
  it.each([
    ['on a desk', {}],
    ['on a phone', phone],
  ])('is accessible and fits %s', async (_, options) => {
    const page = await (await visit(options)).page()
    await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0)
    for (const details of await page.locator('details').all())
      await details.evaluate((d: HTMLDetailsElement) => (d.open = true))
    await accessible(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    )
    for (const image of await page.locator('.example img').all()) {
      expect(await image.evaluate((i: HTMLImageElement) => i.decode().then(() => i.naturalWidth))).toBeGreaterThan(200)
    }
  })

  it('tells messengers what it is', async () => {
    const html = await (await fetch(site)).text()
    const said = (name: string) => new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)"`).exec(html)?.[1]
    expect(said('og:title')).toBe(texts.site.title(texts.start.page))
    expect(said('og:description')).toBe(texts.site.description)
    expect(said('description')).toBe(texts.site.description)
    const picture = await fetch(new URL(said('og:image')!, site))
    expect(picture.headers.get('content-type')).toBe('image/jpeg')
    const bytes = (await picture.arrayBuffer()).byteLength
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(300_000)
  })

  it('loads at most 40 kB of script, and no charts', async () => {
    const owner = await visit()
    const page = await owner.page()
    await page.waitForLoadState('networkidle')
    const scripts = owner.requests.filter((r) => r.endsWith('.js')).map((r) => r.split(' ')[1]!)
    const bytes = await Promise.all(
      scripts.map(async (path) => gzipSync(Buffer.from(await (await fetch(site + path)).arrayBuffer())).length),
    )
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(40_000)
    expect(bytes.length).toBeGreaterThan(0)
    expect(scripts.filter((s) => /charts|result|dashboard/.test(s))).toEqual([])
  })

  it('loads one chunk of the font', async () => {
    const owner = await visit()
    const page = await owner.page()
    await page.evaluate(() => document.fonts.ready)
    const fonts = owner.requests.filter((r) => r.endsWith('.woff2'))
    expect(fonts).toHaveLength(1)
    expect(fonts[0]).toMatch(/\/first-/)
    expect(await page.evaluate(() => document.fonts.check('700 16px "Cocoa Sans"', '광고'))).toBe(true)
  })

  it.each([
    ['on a desk', {}],
    ['on a phone', phone],
  ])('does not move under the reader %s, also when the font comes late', async (_, options) => {
    const owner = await visit(options)
    // Until it comes, this machine may have no Korean font at all: nothing is as wide as ours.
    await owner.context.route('**/*.woff2', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await route.continue()
    })
    const page = await watched(owner)
    await page.goto(site)
    await page.evaluate(() => document.fonts.ready)
    expect(await page.evaluate(() => document.fonts.check('700 16px "Cocoa Sans"', '광고'))).toBe(true)
    expect(await moved(page)).toBeLessThanOrEqual(0.05)
  })
})

it('the dashboard does not move under the reader on a phone', async () => {
  const owner = await visit(phone)
  await awaitPhotos(owner, ['첫째 상품', '둘째 상품'])
  const page = await watched(owner)
  await page.goto(`${site}/dashboard`)
  await page.locator('.stay').waitFor() // the last that comes
  expect(await page.locator('.ad').count()).toBe(2)
  expect(await moved(page)).toBeLessThanOrEqual(0.05)
})

/** A page of which `moved` can tell. */
async function watched(owner: Awaited<ReturnType<typeof visit>>) {
  const page = await owner.context.newPage()
  await page.addInitScript(() => {
    const shifts: number[] = []
    Object.assign(globalThis, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) shifts.push(entry.value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return page
}

/** How far a page has moved under its reader, until it is at rest (cumulative layout shift). */
async function moved(page: Awaited<ReturnType<typeof watched>>): Promise<number> {
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(500)
  const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts)
  return shifts.reduce((a, b) => a + b, 0)
}

describe('every page', () => {
  const pages: [path: string, status: number, title: string, heading: string][] = [
    ['/', 200, texts.start.page, texts.start.title.join(' ')],
    ['/dashboard', 200, texts.dashboard.page, texts.dashboard.title],
    [unknown, 200, texts.result.missing, texts.result.missing],
    ['/nothing/here', 404, texts.missing.page, texts.missing.title],
  ]

  it.each(pages)('%s answers to its address', async (path, status, title, heading) => {
    const owner = await visit()
    const page = await owner.context.newPage()
    const answer = (await page.goto(site + path))!
    expect(answer.status()).toBe(status)
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
    await expect.poll(() => page.title()).toBe(texts.site.title(title))
    await accessible(page)
    const headers = answer.headers()
    expect(headers['cache-control']).toBe('no-cache')
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it.each(pages)('%s can be read without script', async (path, _, __, heading) => {
    const page = await (await visit({ javaScriptEnabled: false })).page(path)
    const text = (await page.locator('body').innerText()).replace(/\s+/g, ' ')
    if (path === '/') {
      expect(text).toContain(heading)
      for (const { title } of texts.start.feature) expect(text).toContain(title)
      expect(text).toContain(texts.start.question[0].q)
    }
    if (path !== '/nothing/here') expect(text).toContain(texts.site.noScript)
    else expect(text).toContain(heading)
    expect(text).not.toContain(texts.result.loading) // nothing is on its way
    for (const place of await page.locator('.skeleton, .skeleton-line').all())
      expect(await place.isVisible()).toBe(false)
    expect(text).toContain(texts.footer.ai)
    expect(await page.getByRole('link', { name: texts.site.mine }).first().getAttribute('href')).toBe('/dashboard')
  })

  it('has hashed files that never change and pages that are always asked for', async () => {
    const html = await (await fetch(site)).text()
    const assets = [...html.matchAll(/\/assets\/[^"]+/g)].map((m) => m[0])
    expect(assets.length).toBeGreaterThan(3)
    for (const asset of assets) {
      expect(asset).toMatch(/-[\w-]{8}\.(js|css|woff2)$/)
      expect((await fetch(site + asset)).headers.get('cache-control')).toContain('immutable')
    }
  })

  it('has no script and no style in its HTML', () => {
    const dist = new URL('../../dist/', import.meta.url)
    for (const name of readdirSync(dist).filter((f) => f.endsWith('.html'))) {
      const html = readFileSync(new URL(name, dist), 'utf8')
      expect(html.match(/<script(?![^>]*\bsrc=)[^>]*>/g), name).toBeNull()
      expect(html.match(/<style|\sstyle=|\son\w+=/g), name).toBeNull()
    }
  })

  it('goes from page to page without loading anew, with the focus on the new name', async () => {
    const owner = await visit()
    const page = await owner.page()
    await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0)
    await page.evaluate(() => Object.assign(globalThis, { same: true }))
    await page.getByRole('link', { name: texts.site.mine }).first().click()
    await page.waitForURL(`${site}/dashboard`)
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(texts.dashboard.title)
    await page.goBack()
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await page.evaluate(() => (globalThis as unknown as { same?: boolean }).same)).toBe(true)
  })

  it.each([
    ['is moved to by a view transition', 'no-preference', 1],
    ['stands still for those who want that', 'reduce', 0],
  ] as const)('%s', async (_, reducedMotion, transitions) => {
    const owner = await visit({ reducedMotion })
    const ad = {
      ad_id: unknown.split('/')[2],
      product_name: '가방',
      thumbnail_url: null,
      clip_score: null,
      status: 'running',
      created_at: '2026-11-20T00:00:00Z',
    }
    await owner.context.route(/\/api\/dashboard\/ads/, (route) =>
      route.fulfill({ json: { ads: [ad], next_cursor: null } }),
    )
    const page = await owner.page()
    await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0)
    await page.evaluate(() => {
      const counted = { transitions: 0 }
      const real = document.startViewTransition.bind(document)
      document.startViewTransition = (change) => {
        counted.transitions++
        return real(change)
      }
      Object.assign(globalThis, { counted })
    })
    await page.getByRole('link', { name: texts.site.mine }).first().click()
    await page.locator('.ad-picture .shimmer').waitFor({ state: 'attached' })
    expect(
      await page.evaluate(() => (globalThis as unknown as { counted: { transitions: number } }).counted.transitions),
    ).toBe(transitions)
    const moving = () => page.evaluate(() => document.getAnimations().some((a) => a.playState === 'running'))
    await expect.poll(moving).toBe(transitions > 0)
  })

  it('prints without its controls', async () => {
    const page = await (await visit()).page()
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(true)
    for (const part of ['.header', '.make', '.footer']) expect(await page.locator(part).isVisible()).toBe(false)
  })
})
