import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { table } from '../../src/ad/fields.gen'
import { xmpOf } from '../../src/photo/jpeg'
import {
  accessible,
  adIdOf,
  finished,
  labelOf,
  madeAd,
  order,
  phone,
  photo,
  site,
  submit,
  texts,
  useBrowser,
  visit,
} from './site'

useBrowser()

describe('an ad, from the photo to the dustbin', () => {
  it('is made, survives a closed tab, and can be used', async () => {
    const owner = await visit({ permissions: ['clipboard-read', 'clipboard-write'], acceptDownloads: true })
    let page = await owner.page()
    const adId = await order(page)

    // Its address is its own while it is made: another tab can take over.
    await page.getByRole('list', { name: texts.making.steps }).waitFor()
    await page.close()
    page = await owner.page(`/result/${adId}`)
    await finished(page)
    expect(await page.title()).toBe(texts.site.title(texts.result.page('울 더플백')))

    const ad = await (await owner.context.request.get(`${site}/api/ads/${adId}`)).json()
    await page.getByText(ad.main_copy, { exact: true }).waitFor()
    await page.getByText(ad.sub_copy, { exact: true }).waitFor()
    expect(await page.getByText(texts.result.standIn).isVisible()).toBe(ad.stand_in)
    expect(await page.getByText(texts.result.scoreStandIn).isVisible()).toBe(ad.score.stand_in)
    await accessible(page)

    // On paper: the ad and what it says, nothing to press.
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.picture img').isVisible()).toBe(true)
    expect(await page.getByText(ad.main_copy, { exact: true }).isVisible()).toBe(true)
    for (const part of ['.button', '.finished-html', '.finished-share', '.public-page'])
      expect(await page.locator(part).first().isVisible()).toBe(false)
    await page.emulateMedia({ media: null })

    // The picture, as it is and as JPEG.
    const png = await download(page, texts.result.png)
    expect(png.name).toBe('울 더플백 광고.png')
    expect(png.bytes.equals(await (await owner.context.request.get(site + ad.stage2_url)).body())).toBe(true)
    const jpg = await download(page, texts.result.jpg)
    expect(jpg.name).toBe('울 더플백 광고.jpg')
    expect(jpg.bytes.length).toBeLessThanOrEqual(500_000)
    const sizes = await Promise.all([size(page, png.bytes), size(page, jpg.bytes)])
    expect(sizes[0]![0]).toBeGreaterThanOrEqual(512)
    expect(sizes[1]![0]! / sizes[1]![1]!).toBeCloseTo(sizes[0]![0]! / sizes[0]![1]!, 2)
    // That software made it stands in both files.
    const note = xmpOf(png.bytes)
    expect(note && Buffer.from(note).toString()).toContain('DigitalSourceType')
    expect(jpg.bytes.includes(Buffer.from(note!))).toBe(true)

    // Words, code and address on the clipboard.
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
    await page.getByRole('button', { name: texts.result.copyMain }).click()
    await expect.poll(clipboard).toBe(ad.main_copy)
    await page.getByRole('button', { name: texts.result.htmlCopy }).click()
    await expect.poll(clipboard).toBe(ad.html_code)

    // Its public page: strangers see what the owner sees there, and not the ad.
    const words = texts.result.publicPage
    const toggle = page.getByRole('switch', { name: words.title })
    expect(await toggle.getAttribute('aria-checked')).toBe('false')
    await toggle.press('Space')
    await page.getByRole('button', { name: words.copy }).click()
    await expect.poll(clipboard).toMatch(new RegExp(`^${site}/s/[a-z2-7]{26}$`))
    const link = await clipboard()
    expect(await page.getByRole('link', { name: words.look }).getAttribute('href')).toBe(link)
    await accessible(page)
    const stranger = await visit()
    const shared = await stranger.page(new URL(link).pathname)
    await shared.getByRole('heading', { name: ad.main_copy }).waitFor()
    expect(await shared.getByRole('img').evaluate((i: HTMLImageElement) => i.decode().then(() => i.naturalWidth))).toBe(
      1024,
    )
    await accessible(shared)
    expect(await stranger.context.cookies()).toEqual([])
    await page.reload()
    await expect.poll(() => toggle.getAttribute('aria-checked')).toBe('true')
    await toggle.click()
    await page.getByRole('dialog').getByRole('button', { name: words.askOff.yes }).click()
    await expect.poll(() => toggle.getAttribute('aria-checked')).toBe('false')
    expect((await stranger.context.request.get(link)).status()).toBe(404)
    const away = await stranger.page(`/result/${adId}`)
    await away.getByRole('heading', { name: texts.result.missing }).waitFor()
    await accessible(away)

    // Pictures at full size, and side by side.
    await page.getByRole('button', { name: texts.result.enlarge }).click()
    const large = page.getByRole('dialog')
    await accessible(page)
    await large.getByRole('button', { name: texts.result.actualSize }).click()
    await page.keyboard.press('Escape')
    await large.waitFor({ state: 'detached' })
    await page.getByRole('radio', { name: texts.result.compare }).check()
    const slider = page.getByRole('slider', { name: texts.result.slider })
    await slider.press('ArrowLeft')
    expect(await slider.getAttribute('aria-valuetext')).toBe(texts.result.sliderValue(49))
    expect(await page.locator('.compare-after').evaluate((e) => getComputedStyle(e).clipPath)).toContain('51%')

    // The same again: fields and photo are in the form, and a second ad comes of them.
    await page.getByRole('button', { name: texts.result.another }).click()
    await page.getByAltText(texts.form.photoAlt).waitFor()
    expect(await page.getByLabel(labelOf('product_name')).inputValue()).toBe('울 더플백')
    expect(await page.getByRole('radio', { name: '30대' }).isChecked()).toBe(true)
    await submit(page)
    await expect.poll(() => page.url()).toMatch(/\/result\//)
    const second = await adIdOf(page)
    expect(second).not.toBe(adId)

    // Deleting: not when asked and declined, for good when confirmed.
    page = await owner.page(`/result/${adId}`)
    await page.getByRole('button', { name: texts.result.remove }).click()
    await accessible(page)
    await page.getByRole('dialog').getByRole('button', { name: texts.site.cancel }).click()
    expect((await owner.context.request.get(`${site}/api/ads/${adId}`)).status()).toBe(200)
    await page.getByRole('button', { name: texts.result.remove }).click()
    await page.getByRole('dialog').getByRole('button', { name: texts.remove.yes }).click()
    await page.waitForURL(`${site}/dashboard`)
    await page.getByText(texts.remove.done).waitFor()
    expect((await owner.context.request.get(`${site}/api/ads/${adId}`)).status()).toBe(404)
    await page.locator('.ad-link').first().waitFor()
    expect(await page.locator(`a[href="/result/${adId}"]`).count()).toBe(0)
    expect(await page.locator(`a[href="/result/${second}"]`).count()).toBe(1)
  })

  it('previews its HTML without a request and without script', async () => {
    const { ad, owner: storageState } = await madeAd()
    const owner = await visit({ storageState })
    const page = await owner.page(`/result/${ad.ad_id}`)
    await finished(page)
    await page.getByRole('radio', { name: texts.result.htmlPreview }).check()
    const frame = page.getByTitle(texts.result.htmlFrame)
    await frame.waitFor()
    expect(await frame.getAttribute('sandbox')).toBe('')
    const content = (await frame.getAttribute('srcdoc'))!
    expect(content).toMatch(/src="data:image\/jpeg;base64,/)
    expect(content).not.toMatch(/(src|url\()\s*=?\s*["']?https?:/)

    // What is in it is drawn, styles and picture, although the page's own policy
    // is inherited: its middle is not the frame's empty ground.
    const box = (await frame.boundingBox())!
    expect(box.width / box.height).toBeCloseTo(1, 1)
    const inner = page.frames()[1]!
    await expect
      .poll(() =>
        inner.evaluate(
          () => [...document.images].every((i) => i.complete && i.naturalWidth > 0) && document.images.length > 0,
        ),
      )
      .toBe(true)
    expect(await inner.evaluate(() => getComputedStyle(document.body.firstElementChild!).position)).toBe('relative')

    // Hostile markup in the same frame: nothing of it reaches a server.
    const hits: string[] = []
    const server = createServer((request, response) => {
      hits.push(request.url!)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const leak = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      await fetch(`${leak}/control`)
      await frame.evaluate((e: HTMLIFrameElement, leak) => {
        e.srcdoc = e.srcdoc.replace(
          /<body[^>]*>/,
          `<body><script>fetch('${leak}/script');parent.document.title='broken'</script>
           <img src="${leak}/img" onerror="parent.document.title='broken'">
           <link rel="stylesheet" href="${leak}/css"><style>body{background:url(${leak}/background)}</style>
           <link rel="prefetch" href="${leak}/prefetch"><meta http-equiv="refresh" content="0;url=${leak}/refresh">
           <iframe src="${leak}/frame"></iframe><object data="${leak}/object"></object>
           <video autoplay src="${leak}/video"></video><form action="${leak}/form"><button autofocus>x</button></form>
           <link rel="preconnect" href="${leak}">`,
        )
      }, leak)
      await page.waitForTimeout(1500)
      expect(hits).toEqual(['/control'])
      expect(await page.title()).not.toBe('broken')
    } finally {
      server.close()
    }
    owner.forgive(/Content Security Policy|sandboxed/) // those were the point
  })

  it('works with nothing but a phone', async () => {
    const owner = await visit({ ...phone, acceptDownloads: true })
    const page = await owner.page()
    await order(page)
    expect(await overflow(page)).toBe(0)
    await finished(page)
    expect(await overflow(page)).toBe(0)
    await accessible(page)
    // What the owner came for needs no scrolling.
    const main = (await page.getByRole('button', { name: texts.result.png }).boundingBox())!
    expect(main.y + main.height).toBeLessThanOrEqual(phone.viewport!.height)
    expect((await download(page, texts.result.png)).bytes.length).toBeGreaterThan(1000)
  })

  it('can be got out of an app that drops downloads', async () => {
    const { ad, owner: storageState } = await madeAd()
    const owner = await visit({
      ...phone,
      storageState,
      userAgent: 'Mozilla/5.0 (Linux; Android 15; SM-S938N; wv) Chrome/131.0.0.0 Mobile KAKAOTALK/25.10.1 (INAPP)',
    })
    const page = await owner.context.newPage()
    await page.addInitScript(() => {
      const shared: string[] = []
      Object.assign(globalThis, { shared })
      Object.assign(navigator, {
        canShare: () => true,
        share: async ({ files }: { files: File[] }) => void shared.push(...files.map((f) => `${f.name} ${f.size > 0}`)),
      })
    })
    await page.goto(`${site}/result/${ad.ad_id}`)
    const words = texts.result.inApp
    await page.getByText(words.note).waitFor()
    await accessible(page)
    await page.getByRole('button', { name: words.share }).click()
    const shared = () => page.evaluate(() => (globalThis as unknown as { shared: string[] }).shared)
    await expect.poll(shared).toEqual(['울 더플백 광고.png true'])
    // The picture's own address: the ad's page belongs to this browser's cookie.
    expect(await page.getByRole('link', { name: words.open }).getAttribute('href')).toBe(
      `kakaotalk://web/openExternal?url=${encodeURIComponent(site + ad.stage2_url)}`,
    )
    const pressed = page.locator('.in-app img')
    await pressed.scrollIntoViewIfNeeded()
    expect(await pressed.evaluate((i: HTMLImageElement) => i.decode().then(() => i.naturalWidth))).toBeGreaterThan(500)
    expect(await pressed.evaluate((i) => i.closest('button'))).toBeNull()
    await page.getByRole('button', { name: texts.result.png }).click()
    await page.getByText(words.downloaded).waitFor() // and not that it has come
    expect(await overflow(page)).toBe(0)
  })

  it('works with nothing but a keyboard', async () => {
    const owner = await visit()
    const page = await owner.page()
    await page.setInputFiles('#product_image', photo) // what the system's own dialog would do
    await page.getByAltText(texts.form.photoAlt).waitFor()
    const focus = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || '')
    await page.keyboard.press('Tab')
    expect(await focus()).toBe(texts.site.skip)
    const tabTo = async (wanted: (f: string) => boolean) => {
      for (let i = 0; i < 60; i++) {
        if (wanted(await focus())) return
        await page.keyboard.press('Tab')
      }
      throw new Error('Tab does not lead there')
    }
    await tabTo((f) => f === 'product_name')
    await page.keyboard.type('손뜨개 목도리')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight') // to the second of the categories
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await tabTo((f) => f === 'ad_concept')
    await page.keyboard.type('눈 오는 날의 따뜻한 창가')
    await tabTo((f) => f === texts.form.submit)
    await page.keyboard.press('Enter')
    await adIdOf(page)
    // The new page's name has the focus, so that what follows is read next; also
    // when the first answer has come and the view is another.
    await page.getByRole('list', { name: texts.making.steps }).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    await finished(page)
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(texts.result.title)
    const [, second] = table.find((f) => f.name === 'product_category')!.suggested
    expect(await page.locator('.finished-details dd').allTextContents()).toContain(second)
  })
})

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof visit>>['page']>>

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

/** Pixels by which the page is wider than the screen. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
