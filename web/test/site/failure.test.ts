import { afterEach, expect, it } from 'vitest'
import { accessible, aiServer, finished, labelOf, order, orderByApi, site, texts, useBrowser, visit } from './site'

useBrowser()
const words = texts.dashboard
afterEach(() => aiServer('up'))

it('a failed ad says what happened and is finished by a retry', async () => {
  await aiServer('failing')
  const owner = await visit()
  const page = await owner.page()
  const adId = await order(page, { name: '두 번 만든 가방' })
  await page.getByRole('heading', { name: texts.failed.title, level: 1 }).waitFor({ timeout: 110_000 })
  const ad = await (await owner.context.request.get(`${site}/api/ads/${adId}`)).json()
  expect(ad.error).toMatchObject({ retryable: true })
  await page.getByText(ad.error.detail).waitFor()
  await page.getByText(texts.failed.kept).waitFor()
  await page.getByText(texts.failed.at(texts.making.step.finish.name)).waitFor()
  expect(await page.title()).toBe(texts.site.title(texts.failed.page))
  await accessible(page)

  // The dashboard says so too.
  const dashboard = await owner.page('/dashboard')
  await dashboard.getByText(texts.dashboard.status.failed, { exact: true }).waitFor()
  await accessible(dashboard)

  // Changing it instead: everything is still there.
  const change = await owner.page(`/result/${adId}`)
  await change.getByRole('button', { name: texts.failed.change }).click()
  await change.getByAltText(texts.form.photoAlt).waitFor()
  expect(await change.getByLabel(labelOf('product_name')).inputValue()).toBe('두 번 만든 가방')

  await aiServer('up')
  await page.getByRole('button', { name: texts.failed.retry }).click()
  await finished(page)
  expect(new URL(page.url()).pathname).toBe(`/result/${adId}`)
})

it('an ad waits for a server that is down, says so, and goes on by itself', async () => {
  await aiServer('down')
  const owner = await visit()
  const page = await owner.page()
  await order(page, { name: '기다린 가방' })
  await page.getByText(texts.making.stalled).waitFor({ timeout: 60_000 })
  await accessible(page)
  await aiServer('up')
  await finished(page)
})

it('the dashboard follows running ads, and counts them once they are finished', async () => {
  const owner = await visit()
  await aiServer('down') // or the ad may be finished before the page has seen it run
  const adId = await orderByApi(owner, { product_name: '만드는 중인 가방' })
  const page = await owner.page('/dashboard')
  const card = page.locator('.ad', { hasText: '만드는 중인 가방' })
  await card.getByText(words.status.running, { exact: true }).waitFor()
  await aiServer('up')
  await card.getByText(words.status.succeeded, { exact: true }).waitFor({ timeout: 90_000 })
  await page.getByText(words.finished('만드는 중인 가방')).waitFor({ state: 'attached' })

  const stats = await (await owner.context.request.get(`${site}/api/dashboard/stats`)).json()
  expect(stats).toMatchObject({ total_ads: 1, monthly_ads: 1 })
  await expect
    .poll(() => page.locator('.figure dd').allTextContents())
    .toEqual(['1개', stats.avg_clip_score.toFixed(2), '1개'])
  expect(await card.textContent()).toContain(words.score(stats.avg_clip_score.toFixed(2)))
  expect(
    await card.locator('img').evaluate((i: HTMLImageElement) => i.decode().then(() => i.naturalWidth)),
  ).toBeGreaterThan(100)

  // The charts, drawn and as a table.
  await page.getByRole('img', { name: words.chartAds }).waitFor()
  await page.getByText(words.chartTable).click()
  await page.getByRole('row', { name: new RegExp(`1개 ${stats.avg_clip_score.toFixed(2)}`) }).waitFor()
  await accessible(page)

  await card.getByRole('link').click()
  await page.waitForURL(`${site}/result/${adId}`)
})
