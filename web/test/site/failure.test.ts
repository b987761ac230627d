import { afterEach, expect, it } from 'vitest'
import { accessible, aiServer, finished, labelOf, order, site, texts, useBrowser, visit } from './site'

useBrowser()
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
