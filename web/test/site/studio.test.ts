import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Ad, Brand, Choices, Rendition } from '../../src/api/client'
import { picturesOf } from '../../src/pages/result/preview'
import {
  accessible,
  finished,
  orderByApi,
  phone,
  pictureBytes,
  pictureOrigin,
  site,
  tabTo,
  texts,
  typed,
  useBrowser,
  visit,
  type Visit,
} from './site'

useBrowser()
const words = texts.studio

/** An ad of the visit's own, finished: this one is changed. */
async function ownAd(owner: Visit): Promise<Ad> {
  const adId = await orderByApi(owner)
  let ad: Ad
  await expect
    .poll(async () => (ad = await read(owner, `/api/ads/${adId}`)).status, { timeout: 90_000 })
    .toBe('succeeded')
  return ad!
}

async function read<T>(owner: Visit, path: string): Promise<T> {
  return (await owner.context.request.get(site + path)).json()
}

const tool = (page: Page, name: keyof typeof words.tool) =>
  page.getByRole('radio', { name: words.tool[name], exact: true }).check()
const shown = (page: Page) => page.locator('.picture-place .picture img').first().getAttribute('src')

async function download(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
  return { name: file.suggestedFilename(), bytes: await buffer(await file.createReadStream()) }
}

/** Decodes a picture and gives its size. */
function size(page: Page, bytes: Buffer): Promise<number[]> {
  return page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]))
    return [bitmap.width, bitmap.height]
  }, bytes.toString('base64'))
}

it('an owner changes the words, picks a story and downloads both', async () => {
  const owner = await visit({ ...phone, acceptDownloads: true })
  const ad = await ownAd(owner)
  const choices = await read<Choices>(owner, '/api/channels')
  const story = choices.channels.find((c) => c.name === 'instagram-story')!
  const page = await owner.page(`/result/${ad.ad_id}`)
  await finished(page)
  await page.waitForLoadState('networkidle')
  const first = await shown(page)
  const begun = Date.now()

  // What is written is seen at once, in the place and the face that the picture has.
  const main = page.getByLabel(words.words.main)
  const lived = await typed(main, '겨울을 메는 가방')
  expect(lived).toBeLessThan(process.env.CI ? 1_000 : 500) // 100 ms where nothing else runs
  await page.getByText(words.live).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
  await page.getByRole('button', { name: words.words.apply }).click()
  await expect.poll(() => shown(page)).not.toBe(first)
  const square = await download(page, texts.result.png)
  expect(await size(page, square.bytes)).toEqual([1024, 1024])

  await tool(page, 'sizes')
  await page.getByRole('button', { name: story.label }).click()
  const file = await download(page, texts.result.channelFile(story.label))
  expect(Date.now() - begun).toBeLessThan(15_000) // 8 s were taken on two cores with twenty busy processes
  expect(file.name).toMatch(/^울 더플백 .*스토리.*\.jpg$/)
  expect(file.bytes.length).toBeLessThanOrEqual(story.max_bytes)
  expect(await size(page, file.bytes)).toEqual([story.width, story.height])

  const now = await read<Ad>(owner, `/api/ads/${ad.ad_id}`)
  expect(now.renditions.map((r) => [r.channel, r.main_copy])).toEqual([
    [null, ad.main_copy],
    [null, '겨울을 메는 가방'],
    ['instagram-story', '겨울을 메는 가방'],
  ])
  await accessible(page)
})

it('what was tried can be undone, made the main picture, and deleted, by keys', async () => {
  const owner = await visit()
  const ad = await ownAd(owner)
  const page = await owner.page(`/result/${ad.ad_id}`)
  await finished(page)
  const pictures = page.getByRole('list', { name: words.strip }).getByRole('button')
  const pressed = () => pictures.evaluateAll((all) => all.map((b) => b.getAttribute('aria-pressed')))

  const press = async (place: Locator, key: string) => {
    await tabTo(page, place)
    await page.keyboard.press(key)
  }
  await tabTo(page, page.getByRole('radio', { name: words.tool.words, exact: true }))
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight')
  await press(page.getByRole('switch', { name: words.look.aiMark }), 'Space')
  await expect.poll(pressed).toEqual(['false', 'true'])
  await press(page.getByRole('button', { name: '1+1', exact: true }), 'Enter')
  await expect.poll(pressed).toEqual(['false', 'false', 'true'])
  await accessible(page)
  const [, unmarked, badged] = (await read<Ad>(owner, `/api/ads/${ad.ad_id}`)).renditions as Rendition[]
  expect([unmarked!.ai_mark, badged!.ai_mark, badged!.badge]).toEqual([false, false, '1+1'])

  await press(page.getByRole('button', { name: words.undo }), 'Enter')
  await expect.poll(pressed).toEqual(['false', 'true', 'false'])
  await press(page.getByRole('button', { name: words.setMain }), 'Enter')
  await page.getByText(words.setMainDone).waitFor()
  await press(pictures.last(), 'Enter')
  await press(page.getByRole('button', { name: words.remove }), 'Enter')
  await expect.poll(() => pictures.count()).toBe(2)
  const left = (await read<Ad>(owner, `/api/ads/${ad.ad_id}`)).renditions
  expect(left.map((r) => [r.rendition_id === unmarked!.rendition_id, r.main])).toEqual([
    [false, false],
    [true, true],
  ])

  // A layout that is chosen, and words that do not fit: the reason is told, nothing is lost.
  await tool(page, 'words')
  await page.getByLabel(words.words.main).fill('가'.repeat(21))
  await page.getByText(texts.fault.tooLong(20, 21)).waitFor()
  await page.getByRole('button', { name: words.words.suggest }).click()
  const suggestions = page.getByRole('list', { name: words.words.suggestions }).getByRole('button')
  await expect.poll(() => suggestions.count()).toBe(4)
  await suggestions.nth(1).click()
  const taken = await suggestions.nth(1).locator('strong').textContent()
  expect(await page.getByLabel(words.words.main).inputValue()).toBe(taken)
  await accessible(page)
  await page.getByRole('button', { name: words.words.apply }).click()
  await expect.poll(() => pictures.count()).toBe(3)
})

it('another scene is made beside the finished ad, and shown when it comes', async () => {
  const owner = await visit({ acceptDownloads: true })
  const ad = await ownAd(owner)
  const page = await owner.page(`/result/${ad.ad_id}`)
  await finished(page)
  await tool(page, 'scenes')
  await page.getByRole('button', { name: words.scenes.make }).click()
  await page.getByText(words.scenes.waiting).first().waitFor()
  await page.getByRole('button', { name: texts.result.png }).waitFor() // it stays of use meanwhile
  const pictures = page.getByRole('list', { name: words.strip }).getByRole('button')
  await expect.poll(() => pictures.count(), { timeout: 60_000 }).toBe(2)
  const now = await read<Ad>(owner, `/api/ads/${ad.ad_id}`)
  expect(now.scenes).toHaveLength(2)
  expect(now.renditions[1]!.scene_id).toBe(now.scenes[1]!.scene_id)
  await accessible(page)

  // The picture without words is a file of its own.
  await page.getByRole('radio', { name: texts.result.scene }).check()
  const scene = await download(page, texts.result.scenePng)
  expect(scene.name).toBe('울 더플백 배경.png')
  const made = await (await owner.context.request.get(site + now.scenes[1]!.picture_url)).body()
  expect(scene.bytes.equals(made)).toBe(true)

  // Several sizes in one file.
  await tool(page, 'sizes')
  await page.getByText(words.sizes.many).click()
  await page.getByRole('button', { name: words.sizes.none }).click()
  for (const label of ['카카오 비즈보드', '스마트스토어 대표 사진'])
    await page.getByRole('checkbox', { name: label }).check()
  const zip = await download(page, words.sizes.get(2))
  expect(zip.name).toMatch(/\.zip$/)
  expect(zip.bytes.subarray(0, 2).toString()).toBe('PK')
})

it("a logo is one logo however often it is sent, and stands on the owner's pictures", async () => {
  const owner = await visit()
  const ad = await ownAd(owner)
  const page = await owner.page(`/result/${ad.ad_id}`)
  await finished(page)
  await tool(page, 'look')
  await page.getByText(words.brand.title).click()
  const keys: (string | undefined)[] = []
  page.on('request', (r) => {
    if (r.url().endsWith('/api/brand/logo')) keys.push(r.headers()['idempotency-key'])
  })
  const choose = (file: string) =>
    page.getByLabel(words.brand.logo).setInputFiles(fileURLToPath(new URL(`../../public/${file}`, import.meta.url)))

  const bucket = `${await pictureOrigin()}/**`
  await page.route(bucket, (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()))
  await choose('example-before.jpg')
  await page.getByText(words.brand.logoFailed).waitFor()
  await page.unroute(bucket)
  await choose('example-before.jpg')
  await page.getByText(words.brand.saved).waitFor()
  const first = await read<Brand>(owner, '/api/brand')
  await choose('example-after.webp')
  await expect.poll(async () => (await read<Brand>(owner, '/api/brand')).logo_id).not.toBe(first.logo_id)
  expect(keys).toEqual([expect.stringMatching(/^.{16,}$/), keys[0], expect.stringMatching(/^.{16,}$/)])
  expect(keys[2]).not.toBe(keys[0])
  expect(first.logo_id).toBeTruthy()

  await page.getByRole('switch', { name: words.look.brand }).click()
  const drawn = async () => (await read<Ad>(owner, `/api/ads/${ad.ad_id}`)).renditions[1]
  await expect.poll(async () => (await drawn())?.brand).toBe(true)
  const pictures = picturesOf((await drawn())!.html_code) // the scene and the logo
  expect(pictures).toHaveLength(2)
  for (const p of pictures) expect((await owner.context.request.get(site + p)).ok()).toBe(true)
})

it('a page loads no more of its pictures than it shows', async () => {
  const owner = await visit(phone)
  const ad = await ownAd(owner)
  const page = await owner.context.newPage()
  const loaded = pictureBytes(page)
  await page.goto(`${site}/result/${ad.ad_id}`)
  await finished(page)
  await page.waitForLoadState('networkidle')
  const bytes = loaded().reduce((a, b) => a + b, 0)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThanOrEqual(300_000)
})
