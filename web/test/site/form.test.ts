import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import {
  accessible,
  adIdOf,
  fill,
  finished,
  labelOf,
  madeAd,
  photo,
  plainPng,
  site,
  submit,
  tabTo,
  texts,
  useBrowser,
  visit,
} from './site'

useBrowser()
const words = texts.form

describe('faults', () => {
  it('land on their fields before anything is sent, and go when they are mended', async () => {
    const owner = await visit()
    const page = await owner.page()
    await submit(page)
    const { product_image, product_name, product_category, target_age, ad_concept } = texts.fault.missing
    for (const text of [product_image, product_name, product_category, target_age, ad_concept])
      await page.getByText(text).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('product_image')
    expect(await page.locator('#product_name').getAttribute('aria-describedby')).toBe('product_name-fault')
    await accessible(page)
    await fill(page)
    expect(await page.locator('[data-place] .fault').count()).toBe(0)
    expect(owner.requests.filter((r) => r.startsWith('POST'))).toEqual([])
  })

  it('count what the server counts', async () => {
    const page = await (await visit()).page()
    const name = page.getByLabel(labelOf('product_name'))
    await name.fill('👩‍👩‍👧‍👦'.repeat(100))
    await page.getByText(words.count(100, 100)).waitFor()
    await name.fill('👩‍👩‍👧‍👦'.repeat(101))
    await submit(page)
    await page.getByText(texts.fault.tooLong(100, 101)).waitFor()
  })

  it('of the server land on their fields too', async () => {
    const page = await (await visit()).page()
    // For a browser it is a picture that moves; for the server it moves too long.
    await fill(page, { file: { name: 'a.gif', mimeType: 'image/gif', buffer: movingGif(301) } })
    await submit(page)
    const fault = page.locator('#product_image-fault')
    await fault.waitFor()
    expect(await fault.textContent()).toContain('장면이 너무 많습니다')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('product_image')
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await page.getByLabel(labelOf('product_name')).inputValue()).toBe('울 더플백')
  })

  it('of the line keep everything, and the same press works later', async () => {
    const owner = await visit()
    const page = await owner.page()
    await fill(page)
    await owner.context.setOffline(true)
    await page.getByText(texts.site.offline).waitFor()
    await submit(page)
    await page.getByText(`${texts.fault.network} ${texts.fault.kept}`).waitFor()
    await owner.context.setOffline(false)
    await submit(page)
    await adIdOf(page)
  })

  it.each([
    ['of the browser that keeps no cookies', 'cookies'],
    ['of an app that shows the page itself', 'app'],
  ])('%s are told before anything is written', async (_, what) => {
    const app = what === 'app' ? { userAgent: `${kakao} KAKAOTALK/25.10.1 (INAPP)` } : {}
    const owner = await visit(app)
    const page = await owner.context.newPage()
    if (!app.userAgent)
      await page.addInitScript(() => Object.defineProperty(navigator, 'cookieEnabled', { get: () => false }))
    await page.goto(site)
    if (app.userAgent) {
      await page.getByText(words.inApp).waitFor()
      const elsewhere = page.getByRole('link', { name: texts.result.inApp.open })
      expect(await elsewhere.getAttribute('href')).toBe(
        `kakaotalk://web/openExternal?url=${encodeURIComponent(`${site}/`)}`,
      )
      return
    }
    await page.getByText(texts.fault.cookies).first().waitFor()
    await submit(page)
    await page.getByRole('alert').getByText(texts.fault.cookies).waitFor()
    expect(owner.requests.filter((r) => r.startsWith('POST'))).toEqual([])
  })

  it.each([
    ['a text', Buffer.from('hello'), texts.fault.photoUnsupported],
    ['nothing', Buffer.alloc(0), texts.fault.photoEmpty],
    ['a picture of 63 pixels', plainPng(63, 200), texts.fault.photoTooSmall],
  ])('explain a photo that is %s', async (_, buffer, text) => {
    const page = await (await visit()).page()
    await page.setInputFiles('#product_image', photo)
    await page.getByAltText(words.photoAlt).waitFor()
    await page.setInputFiles('#product_image', { name: 'a.jpg', mimeType: 'image/jpeg', buffer })
    await expect.poll(() => page.locator('#product_image-fault').allTextContents()).toEqual([text])
    expect(await page.getByAltText(words.photoAlt).count()).toBe(0) // nor the one before
  })

  it('leave a photo that only the server can open to the server', async () => {
    const page = await (await visit()).page()
    const head = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')
    const cut = { name: 'a.heic', mimeType: 'image/heic', buffer: head }
    await fill(page, { file: null })
    await page.setInputFiles('#product_image', cut)
    await page.getByText(words.photoUnseen).waitFor()
    await accessible(page)
    await submit(page)
    await page.locator('#product_image-fault').waitFor() // this one not even the server can
    expect(await page.getByLabel(labelOf('product_name')).inputValue()).toBe('울 더플백')
  })
})

/** Android's web view, into which apps put pages. */
const kakao =
  'Mozilla/5.0 (Linux; Android 15; SM-S938N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.0.0'

describe('the photo', () => {
  /** Hands a file to the page as the system does when it is dropped or pasted. */
  const hand = (kind: 'drop' | 'paste') =>
    async function ([base64, kind]: [string, 'drop' | 'paste']) {
      const file = new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'a.jpg', { type: 'image/jpeg' })
      const data = new DataTransfer()
      data.items.add(file)
      const on = (type: string) =>
        document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }))
      if (kind === 'paste')
        return document.body.dispatchEvent(
          new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }),
        )
      on('dragenter')
      if (on('dragover')) throw new Error('the page does not take it')
      if (!document.querySelector('.drop-over')) await new Promise((resolve) => requestAnimationFrame(resolve))
      return on('drop')
    } satisfies (argument: [string, typeof kind]) => unknown

  it.each(['drop', 'paste'] as const)('comes by %s anywhere on the page', async (kind) => {
    const page = await (await visit()).page()
    await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0)
    await page.evaluate(hand(kind), [photo.buffer.toString('base64'), kind] as [string, 'drop' | 'paste'])
    await page.getByAltText(words.photoAlt).waitFor()
    await page.getByText(words.photoReady(400, 400, '23KB')).waitFor()
  })

  it('comes from the camera of a phone, and only there', async () => {
    const there = await (await visit({ viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true })).page()
    await there.getByText(words.photoCamera).waitFor()
    expect(await there.locator('#camera').getAttribute('capture')).toBe('environment')
    await there.setInputFiles('#camera', photo)
    await there.getByAltText(words.photoAlt).waitFor()
    const here = await (await visit()).page()
    expect(await here.getByText(words.photoCamera).isVisible()).toBe(false)
  })

  it('can be taken away and chosen again', async () => {
    const page = await (await visit()).page()
    await page.setInputFiles('#product_image', photo)
    await page.getByRole('button', { name: words.photoRemove }).click()
    await page.getByAltText(words.photoAlt).waitFor({ state: 'detached' })
    await page.setInputFiles('#product_image', photo)
    await page.getByAltText(words.photoAlt).waitFor()
  })
})

describe('the words', () => {
  it('are kept with the photo when the page is left, and can be thrown away', async () => {
    const owner = await visit()
    let page = await owner.page()
    await fill(page, { name: '초안 가방', category: '기타', age: '60대이상', concept: '<b>그대로</b> "저장"' })
    await page.getByLabel(words.field.product_category.other.label).fill('여행용품')
    await page.close()

    page = await owner.page()
    await page.getByText(words.restored).waitFor()
    await page.getByAltText(words.photoAlt).waitFor()
    expect(await page.getByLabel(labelOf('product_name')).inputValue()).toBe('초안 가방')
    expect(await page.getByRole('radio', { name: '기타', exact: true }).isChecked()).toBe(true)
    expect(await page.getByLabel(words.field.product_category.other.label).inputValue()).toBe('여행용품')
    expect(await page.getByRole('radio', { name: '60대이상' }).isChecked()).toBe(true)
    expect(await page.getByLabel(labelOf('ad_concept')).inputValue()).toBe('<b>그대로</b> "저장"')
    await accessible(page)

    await page.getByRole('button', { name: words.reset }).click()
    await page.reload()
    await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0)
    expect(await page.getByLabel(labelOf('product_name')).inputValue()).toBe('')
    expect(await page.getByText(words.restored).count()).toBe(0)
    expect(await page.getByAltText(words.photoAlt).count()).toBe(0)
  })

  it('begin with examples, which give way to one another and not to what the owner wrote', async () => {
    const page = await (await visit()).page()
    const [first, second] = words.field.ad_concept.examples
    const concept = page.getByLabel(labelOf('ad_concept'))
    await page.getByRole('button', { name: first.label }).click()
    expect(await concept.inputValue()).toBe(first.text)
    await page.getByRole('button', { name: second.label }).click()
    expect(await concept.inputValue()).toBe(second.text)
    await concept.fill('내가 쓴 말')
    await page.getByRole('button', { name: first.label }).click()
    expect(await concept.inputValue()).toBe(`내가 쓴 말 ${first.text}`)
    await page.getByRole('button', { name: second.label }).click()
    expect(await concept.inputValue()).toBe(`내가 쓴 말 ${second.text}`)
  })
})

it('the mark is drawn unless it is switched off, which is kept like the words', async () => {
  const owner = await visit()
  const markOf = (page: Page) => page.getByRole('switch', { name: labelOf('ai_mark') })
  const { ad } = await madeAd() // ordered with what the API begins with
  expect(ad).toMatchObject({ ai_mark: true, html_code: expect.stringContaining('AI 생성') })
  const page = await owner.page()
  expect(await markOf(page).isChecked()).toBe(true)
  await markOf(page).focus()
  await page.keyboard.press('Space')
  expect(await markOf(page).isChecked()).toBe(false)
  await accessible(page)
  await page.reload()
  await page.getByText(words.restored).waitFor()
  expect(await markOf(page).isChecked()).toBe(false)
  await fill(page)
  await submit(page)
  const adId = await adIdOf(page)
  await finished(page)
  const made = await (await owner.context.request.get(`${site}/api/ads/${adId}`)).json()
  expect(made).toMatchObject({ ai_mark: false, html_code: expect.not.stringContaining('AI 생성') })
})

/** A GIF of 160 × 160 with so many frames of one pixel. */
function movingGif(frames: number): Buffer {
  const head = [...Buffer.from('GIF89a'), 160, 0, 160, 0, 0x80, 0, 0, 255, 255, 255, 80, 80, 80]
  const frame = [0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]
  return Buffer.from([...head, ...Array.from({ length: frames }, () => frame).flat(), 0x3b])
}

/** Opens the file chooser of the focused field. Short of the processor, Chromium has been seen to
 *  take the key before it hears that choosers are listened to; then the key is pressed again. */
async function chooserByEnter(page: Page) {
  for (let left = 3; ; left--) {
    const opened = page.waitForEvent('filechooser', { timeout: 8000 }).catch(() => undefined)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('product_image')
    await page.keyboard.press('Enter')
    const chooser = await opened
    if (chooser) return chooser
    expect(left, 'the key opens no chooser').toBeGreaterThan(1)
  }
}

it('an ad is ordered by keys alone', async () => {
  const { ad, owner } = await madeAd()
  const one = await visit({ storageState: owner })
  let sent = ''
  await one.context.route('**/api/ads/generate', async (route) => {
    sent = route.request().postDataBuffer()!.toString()
    await route.fulfill({
      status: 202,
      json: { ad_id: ad.ad_id, status: 'queued', status_url: `/api/ads/${ad.ad_id}` },
    })
  })
  const page = await one.page()
  await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0)
  await tabTo(page, page.locator('#product_image'))
  const chooser = await chooserByEnter(page)
  await chooser.setFiles(photo)
  await page.getByAltText(words.photoAlt).waitFor()
  await tabTo(page, page.getByLabel(labelOf('product_name')))
  await page.keyboard.type('울 더플백')
  for (const group of ['product_category', 'target_age'] as const) {
    await tabTo(page, page.locator(`input[name="${group}"]`).first())
    await page.keyboard.press('ArrowRight')
  }
  await tabTo(page, page.getByLabel(labelOf('ad_concept')))
  await page.keyboard.type('겨울 아침의 여행')
  await tabTo(page, page.getByRole('button', { name: words.submit }))
  await page.keyboard.press('Enter')
  expect(await adIdOf(page)).toBe(ad.ad_id)
  await finished(page)
  for (const value of ['울 더플백', '20대', '겨울 아침의 여행']) expect(sent).toContain(value)
})
