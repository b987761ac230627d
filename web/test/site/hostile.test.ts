import { expect, it } from 'vitest'
import { accessible, awaitPhotos, fill, finished, orderByApi, submit, texts, useBrowser, visit } from './site'

useBrowser()

const markup = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>"'>&lt;`
const turned = 'abc\u202etxt.exe\u2066\u200f 끝'
const emoji = '👩‍👩‍👧‍👦'.repeat(100)

it('a hostile name is shown as what it is, everywhere', async () => {
  const owner = await visit()
  const page = await owner.page()
  await fill(page, { name: markup, concept: markup })
  await submit(page)
  await finished(page)
  const images = () =>
    page.evaluate(
      () => [...document.images].filter((i) => !i.src.includes('/api/images/') && !i.src.startsWith('data:')).length,
    )
  expect(await page.locator('.making-product').textContent()).toBe(markup)
  expect(await images()).toBe(0)
  expect(await page.title()).toBe(texts.site.title(texts.result.page(markup)))
  await accessible(page) // before the preview: axe waits for ever for a frame without script
  await page.getByRole('radio', { name: texts.result.htmlPreview }).check()
  await page.getByTitle(texts.result.htmlFrame).waitFor()

  await page.goto(`${new URL(page.url()).origin}/dashboard`)
  await expect.poll(() => page.locator('.ad-name').textContent()).toBe(markup)
  await page.getByRole('button', { name: texts.dashboard.remove(markup) }).click()
  expect(await page.locator('#confirm-body').textContent()).toContain(markup)
  expect(await images()).toBe(0)
  expect(await page.title()).not.toBe('broken')
})

it('direction marks and a hundred emoji do no harm', async () => {
  const owner = await visit({ viewport: { width: 360, height: 780 } })
  await orderByApi(owner, { product_name: emoji })
  await awaitPhotos(owner, [turned])
  const page = await owner.page('/dashboard')
  await expect.poll(() => page.locator('.ad-name').allTextContents()).toEqual(['abctxt.exe 끝', emoji])
  expect(
    await page
      .locator('.ad-name')
      .first()
      .evaluate((e) => getComputedStyle(e).unicodeBidi),
  ).toBe('isolate')
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
  await page.locator('.ad-link').last().click()
  await finished(page)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
})
