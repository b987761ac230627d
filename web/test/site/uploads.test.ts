import { describe, expect, it } from 'vitest'
import {
  accessible,
  adIdOf,
  fill,
  finished,
  grainyPng,
  labelOf,
  madeAd,
  order,
  photo,
  pictureOrigin,
  plainPng,
  site,
  submit,
  texts,
  useBrowser,
  visit,
} from './site'

useBrowser()

/** More than one request takes, and nothing the page would make smaller. */
const large = { name: '큰 사진.png', mimeType: 'image/png', buffer: grainyPng(2000, 1500) }

/** Where the pages may send photos to: the bucket's origin. */
const elsewhere = await pictureOrigin()
const allowed = { 'Access-Control-Allow-Origin': '*' }

it('a small photo goes in one request', async () => {
  const owner = await visit()
  const page = await owner.page()
  await order(page)
  expect(owner.requests.filter((r) => r.startsWith('POST'))).toEqual(['POST /api/ads/generate'])
  await finished(page)
})

it('a large photo goes to the bucket by itself, at the address of its ad', async () => {
  expect(large.buffer.length).toBeGreaterThan(4_500_000)
  expect(large.buffer.length).toBeLessThan(20 * 1024 * 1024)
  const owner = await visit()
  const page = await owner.page()
  // The line is held, so that the page can be seen with the photo on its way.
  let go = () => {}
  const held = new Promise<void>((resolve) => (go = resolve))
  await owner.context.route(bucket, async (route) => {
    await held
    await route.continue()
  })
  await order(page, { file: large })
  await page.getByRole('heading', { name: texts.making.uploading, level: 1 }).waitFor()
  await page.getByText(texts.making.uploadingNote).waitFor()
  await accessible(page)
  go()
  await finished(page)
  expect(
    owner.requests.filter((r) => r.startsWith('POST')).map((r) => r.replace(/http:\/\/[^/]+.*/, 'bucket')),
  ).toEqual(['POST /api/uploads', 'POST bucket'])
})

it('an upload that was cut off is taken up again by reopening the tab', async () => {
  const owner = await visit()
  let page = await owner.page()
  await owner.context.route(bucket, (route) => route.abort('connectionreset'))
  await fill(page, { file: large })
  await submit(page)
  const adId = await adIdOf(page)
  await page.getByText(texts.making.uploadFailed).waitFor()
  await accessible(page)
  await page.close({ runBeforeUnload: false })

  await owner.context.unroute(bucket)
  page = await owner.page(`/result/${adId}`)
  await finished(page)
})

it('an upload that another device began is not claimed', async () => {
  const owner = await visit()
  const page = await owner.page()
  await owner.context.route(bucket, (route) => route.abort('connectionreset'))
  await order(page, { file: large, name: '두 기기' })
  await page.getByText(texts.making.uploadFailed).waitFor()
  const { cookies } = await owner.context.storageState()

  const other = await visit({ storageState: { cookies, origins: [] } })
  const there = await other.page(new URL(page.url()).pathname)
  await there.getByText(texts.making.uploadLost).waitFor()
  await there.getByRole('button', { name: texts.result.another }).click()
  await expect.poll(() => there.getByLabel(labelOf('product_name')).inputValue()).toBe('두 기기')
  expect(await there.getByAltText(texts.form.photoAlt).count()).toBe(0)
})

it('a huge photo is made smaller before it is sent', async () => {
  const owner = await visit()
  const page = await owner.page()
  await page.setInputFiles('#product_image', { name: 'huge.png', mimeType: 'image/png', buffer: plainPng(6000, 4000) })
  await page.getByText(texts.form.photoShrunk(6000, 4000)).waitFor()
  await page.getByText(/^2560 × 1707 픽셀/).waitFor()
})

it.each([
  ['small', undefined, /\/api\/ads\/generate$/],
  ['large', large, /\/api\/uploads$/],
])(
  'a %s photo sent again after its answer was lost makes one ad, and a new one once that is deleted',
  async (_, file, door) => {
    const owner = await visit()
    const page = await owner.page()
    const ads: string[] = []
    await owner.context.route(door, async (route) => {
      const answer = await route.fetch()
      ads.push((await answer.json()).ad_id)
      await (ads.length < 3 ? route.abort('connectionreset') : route.fulfill({ response: answer }))
    })
    await fill(page, { ...(file ? { file } : {}), name: '한 번만' })
    for (const tries of [1, 2]) {
      await submit(page)
      await expect.poll(() => ads.length).toBe(tries)
      await page.getByRole('alert').getByText(texts.fault.network).waitFor()
    }
    expect(new Set(ads).size).toBe(1)
    expect((await owner.context.request.delete(`${site}/api/ads/${ads[0]}`)).status()).toBe(204)
    await submit(page)
    const adId = await adIdOf(page)
    expect(ads.slice(2)).toEqual([undefined, adId]) // the old key's is gone
    const { ads: listed } = await (await owner.context.request.get(`${site}/api/dashboard/ads`)).json()
    expect(listed.map((one: { ad_id: string }) => one.ad_id)).toEqual([adId])
  },
)

describe('in a browser that keeps nothing and does not say so', () => {
  it.each([
    ['small', photo, 'POST /api/ads/generate'],
    ['large', large, 'POST bucket'],
  ])('a %s photo is sent, and its ad shown', async (_, file, last) => {
    const { ad, owner: storageState } = await madeAd()
    const owner = await visit({ storageState })
    // What the order makes is an ad that is there already: only the way to it is looked at.
    const sent: string[] = []
    await owner.context.route(/\/api\/(ads\/generate|uploads)$/, async (route) => {
      sent.push(`POST ${new URL(route.request().url()).pathname}`)
      await route.fulfill({
        status: 202,
        json: { ad_id: ad.ad_id, status: 'queued', status_url: '', upload: { url: `${elsewhere}/bucket`, fields: {} } },
      })
    })
    // S3 closes a slow upload with a 400 once; the second one comes through.
    const slow = '<Error><Code>RequestTimeout</Code><Message>Your socket connection …</Message></Error>'
    await owner.context.route(`${elsewhere}/bucket`, async (route) => {
      sent.push('POST bucket')
      const again = sent.filter((s) => s === 'POST bucket').length > 1
      await route.fulfill({ headers: allowed, ...(again ? { status: 204 } : { status: 400, body: slow }) })
    })
    const page = await owner.context.newPage()
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest
    })
    await page.goto(site)
    await order(page, { file })
    await finished(page)
    await expect.poll(() => sent.at(-1)).toBe(last)
    await expect.poll(() => sent.filter((s) => s === 'POST bucket').length).toBe(last === 'POST bucket' ? 2 : 0)
  })
})

/** The presigned POST, wherever the bucket is. */
function bucket(url: URL): boolean {
  return !url.pathname.startsWith('/api/') && url.origin !== new URL(process.env.SITE_URL!).origin
}
