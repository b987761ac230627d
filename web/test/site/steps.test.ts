import { expect, it } from 'vitest'
import { roughly } from '../../src/ad/time'
import type { Ad } from '../../src/api/client'
import { accessible, awaitPhotos, finished, madeAd, order, site, texts, useBrowser, visit } from './site'

useBrowser()
const words = texts.making
const anAd = /\/api\/ads\/[0-9a-f-]{36}$/

it('an ad that is made tells its place and time, and shows each picture as soon as there is one', async () => {
  const { ad: done, owner: storageState } = await madeAd()
  const owner = await visit({ storageState })
  const adId = done.ad_id

  // That ad's own answer, taken back to where it was on the way.
  const names = done.progress.steps.map((s) => s.name)
  const at = (step: (typeof names)[number] | null, change: Partial<Ad> = {}): Ad => ({
    ...done,
    status: step ? 'running' : 'queued',
    stage1_url: null,
    stage2_url: null,
    progress: {
      ...done.progress,
      step,
      percent: 40,
      queue_position: step ? null : 3,
      eta_seconds: step ? 65 : 320,
      steps: done.progress.steps.map((s, i) => {
        const behind = i - (step ? names.indexOf(step) : 0)
        return {
          ...s,
          status: !step || behind > 0 ? ('waiting' as const) : behind < 0 ? ('done' as const) : ('running' as const),
        }
      }),
    },
    ...change,
  })
  let now = at(null, { thumbnail_url: null })
  await owner.context.route(anAd, (route) => route.fulfill({ json: now }))
  const page = await owner.page(`/result/${adId}`)
  const step = (name: string) => page.getByRole('listitem').filter({ hasText: name }).getAttribute('data-state')
  const loaded = async (alt: string, address: string | null) => {
    const picture = page.getByAltText(alt)
    expect(await picture.evaluate((i: HTMLImageElement) => i.decode().then(() => i.naturalWidth))).toBeGreaterThan(100)
    expect(await picture.getAttribute('src')).toBe(address)
  }

  await page.getByRole('heading', { level: 1, name: words.waiting }).waitFor()
  await page.getByText(words.queue(3)).waitFor()
  await page.getByText(words.eta(roughly(320))).waitFor()
  expect(await page.getByRole('progressbar').getAttribute('value')).toBe('40')

  now = at('stage1')
  await loaded(words.product, done.thumbnail_url)
  await page.getByText(words.step.scene.doing).waitFor()
  await page.getByText(words.eta(roughly(65))).waitFor()
  expect([
    await step(words.step.photo.name),
    await step(words.step.scene.name),
    await step(words.step.copy.name),
  ]).toEqual(['done', 'running', 'waiting'])
  await accessible(page)

  now = at('copywrite', { stage1_url: done.stage1_url })
  await loaded(words.scene, done.stage1_url)
  await page.getByText(words.sceneNote).waitFor()

  now = at('clip', { stage1_url: done.stage1_url, stage2_url: done.stage2_url })
  await page.getByText(words.finalNote).waitFor()
  await loaded(texts.result.alt(done.product_name, done.main_copy!, done.sub_copy!), done.stage2_url)
  await accessible(page)

  now = done
  await finished(page)
})

it('an ad that is deleted meanwhile is told to be gone', async () => {
  const owner = await visit()
  const [adId] = await awaitPhotos(owner, ['지워질 가방'])
  const page = await owner.page(`/result/${adId}`)
  await page.getByRole('list', { name: words.steps }).waitFor()
  expect((await owner.context.request.delete(`${site}/api/ads/${adId}`)).status()).toBe(204)
  await page.getByRole('heading', { level: 1, name: texts.result.missing }).waitFor()
  await expect.poll(() => page.title()).toBe(texts.site.title(texts.result.missing))
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
})

it('an ad whose photo is still here shows it before the server has any picture', async () => {
  const owner = await visit()
  const page = await owner.page()
  await owner.context.route(anAd, async (route) => {
    const answer = await route.fetch()
    await route.fulfill({
      response: answer,
      json: { ...(await answer.json()), status: 'queued', thumbnail_url: null, stage1_url: null, stage2_url: null },
    })
  })
  await order(page)
  const own = page.getByAltText(words.own)
  await own.waitFor()
  expect(await own.evaluate((i: HTMLImageElement) => i.decode().then(() => i.naturalWidth))).toBe(400)
})
