import { expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { awaitPhotos, finished, madeAd, order, orderByApi, site, texts, useBrowser, visit } from './site'

useBrowser()

/**
 * Hides or shows a page as switching tabs does. Another tab in front would not do
 * it: in a browser without a window every tab stays visible.
 */
async function turn(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
  await isTurned(page, state)
}

async function isTurned(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  expect(await page.evaluate(() => document.visibilityState)).toBe(state)
}

it('a hidden page asks no more, and at once when it is shown', async () => {
  const owner = await visit()
  await awaitPhotos(owner, ['기다리는 상품'])
  const page = await owner.context.newPage()
  await page.clock.install()
  await page.goto(`${site}/dashboard`)
  await page.locator('.ad-link').waitFor()
  const looks = () => owner.requests.filter((r) => r === 'GET /api/dashboard/ads').length
  const passes = () => page.clock.fastForward(12_000) // the longest wait of a visible page, and some
  await passes()
  await expect.poll(looks).toBeGreaterThan(1)
  await turn(page, 'hidden')
  await page.waitForTimeout(500) // one may be under way
  const before = looks()
  await passes()
  await page.waitForTimeout(500)
  await isTurned(page, 'hidden')
  expect(looks()).toBe(before)
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 60_000)) // a planned look would never come
  await turn(page, 'visible')
  await expect.poll(looks).toBe(before + 1)
})

it('an ad that is finished unseen is told by title and notification', async () => {
  const owner = await visit({ permissions: ['notifications'] })
  const adId = await orderByApi(owner, { product_name: '못 본 가방' })
  const page = await owner.context.newPage()
  // Half a minute until a hidden page looks: here it takes half a second.
  await page.addInitScript(() => {
    const real = setTimeout
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms: number, ...rest: unknown[]) => real(run, ms >= 30_000 ? 500 : ms, ...rest),
    })
  })
  await page.goto(`${site}/result/${adId}`)
  await page.getByRole('list', { name: texts.making.steps }).waitFor()
  await turn(page, 'hidden')
  await expect.poll(() => page.title(), { timeout: 60_000 }).toContain(texts.making.doneTitle)
  const shown = () =>
    page.evaluate(async () =>
      (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => [n.title, n.body]),
    )
  await expect.poll(shown).toEqual([[texts.making.notifyDone, '못 본 가방']])
  await turn(page, 'visible')
  await expect.poll(() => page.title()).toBe(texts.site.title(texts.result.page('못 본 가방')))
})

it('a page that lost its line says so, and goes on when the line is back', async () => {
  const owner = await visit()
  const page = await owner.page()
  const adId = await order(page)
  await owner.context.setOffline(true)
  await page.getByText(texts.site.offline).waitFor()
  await page.waitForTimeout(1_600) // the first look comes after 1.5 s
  await owner.context.setOffline(false)
  await page.getByText(texts.site.offline).waitFor({ state: 'detached' })
  await finished(page)
  expect(page.url()).toBe(`${site}/result/${adId}`)
})

it('a server that fails for a while is waited for', async () => {
  const { ad, owner: storageState } = await madeAd()
  const owner = await visit({ storageState })
  let failing = true
  let looks = 0
  await owner.context.route(/\/api\/ads\/[0-9a-f-]+$/, async (route) => {
    looks++
    if (failing)
      await route.fulfill({
        status: 503,
        headers: { 'Retry-After': '4' },
        contentType: 'application/problem+json',
        body: '{}',
      })
    else await route.continue()
  })
  const page = await owner.page(`/result/${ad.ad_id}`)
  await page.getByText(texts.fault.server).waitFor()
  const before = looks
  await page.waitForTimeout(3_000)
  expect(looks).toBe(before) // Retry-After
  failing = false
  await finished(page)
})
