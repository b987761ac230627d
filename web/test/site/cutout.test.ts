import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Ad, CutOut, SceneWish } from '../../src/api/client'
import { accessible, finished, madeAd, maskPng, phone, photo, texts, useBrowser, visit } from './site'

// The page alone is tested: its answers are a finished ad's, with the photo and the mask of
// a doubtful cut-out, and what it orders is caught on its way.

useBrowser()
const words = texts.studio.cutout
const product = { cut_out: true, confidence: 0.4, doubts: ['torn' as const], fidelity_db: 50, model: 'u2netp' }

interface Order {
  wish: SceneWish
  key: string | undefined
}

interface Opened {
  page: Page
  ad: Ad
  /** What the page is answered of it; may be changed. */
  answer: Ad
  /** What it has ordered so far. */
  orders: Order[]
}

/** A page with the ad. Its first order is refused where `busy` says so. */
async function open(device: BrowserContextOptions, busy = false): Promise<Opened> {
  const { ad, owner } = await madeAd()
  const one = await visit({ ...device, storageState: owner })
  const scenes = ad.scenes.map((s) => ({ ...s, seed: 7, product, mask_url: '/api/images/mask' }))
  const answer: Ad = { ...ad, product, photo_url: '/api/images/photo', scenes }
  const orders: Order[] = []
  const { context } = one
  await context.route(/\/api\/ads\/[0-9a-f-]{36}$/, (route) => route.fulfill({ json: answer }))
  await context.route('**/api/images/photo', (route) =>
    route.fulfill({ contentType: photo.mimeType, body: photo.buffer }),
  )
  await context.route('**/api/images/mask', (route) =>
    route.fulfill({ contentType: 'image/png', body: maskPng(64, 64) }),
  )
  await context.route(/\/scenes$/, (route) => {
    orders.push({ wish: route.request().postDataJSON(), key: route.request().headers()['idempotency-key'] })
    if (busy && orders.length === 1) return route.fulfill({ status: 503, body: '' })
    const scene_id = ad.ad_id.replace(/^./, 'f')
    answer.scenes.push({ ...ad.scenes[0]!, scene_id, status: 'running', thumbnail_url: null, eta_seconds: 6 })
    return route.fulfill({ status: 202, json: { ad_id: ad.ad_id, scene_id, status: 'queued', status_url: '/' } })
  })
  const page = await one.page(`/result/${ad.ad_id}`)
  await finished(page)
  return { page, ad, answer, orders }
}

const stage = (page: Page) => page.getByRole('application')
const button = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true })
const radio = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })

/** How much is to be seen at a place of the stage, 0–255; its pictures are the page's own here, and can be read. */
function seen(page: Page, x: number, y: number): Promise<number> {
  return stage(page).evaluate(
    async (canvas: HTMLCanvasElement, [x, y]) => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      const { width, height } = canvas
      return canvas.getContext('2d')!.getImageData(x! * width, y! * height, 1, 1).data[3]!
    },
    [x, y],
  )
}

/** Draws with a finger, between places of the stage; `then` is asked before the finger leaves. */
async function draw(page: Page, from: number[], to: number[], then?: () => Promise<void>): Promise<void> {
  const box = (await stage(page).boundingBox())!
  const finger = await page.context().newCDPSession(page)
  const at = (share: number) => [
    {
      x: box.x + box.width * (from[0]! + share * (to[0]! - from[0]!)),
      y: box.y + box.height * (from[1]! + share * (to[1]! - from[1]!)),
    },
  ]
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })
  for (let i = 1; i <= 10; i++)
    await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(i / 10) })
  await then?.()
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

it('on a phone a finger keeps and erases, and what was drawn is ordered once', async () => {
  const { page, orders } = await open(phone, true)
  const note = page.getByRole('region', { name: texts.result.product })
  await note.getByText(texts.result.doubtHelp.torn).waitFor()
  await note.getByRole('button', { name: words.open }).click()
  await stage(page).waitFor()
  expect((await page.getByRole('dialog').boundingBox())!.width).toBe(360)
  expect(await page.getByRole('dialog').evaluate((d) => d.scrollWidth)).toBeLessThanOrEqual(360)
  await accessible(page)

  // A stroke is seen while it is drawn, and stays; the photo is square and as wide as the stage.
  const before = await seen(page, 0.2, 0.5)
  expect(before).toBeLessThan(100)
  await draw(page, [0.15, 0.5], [0.3, 0.5], async () => expect(await seen(page, 0.2, 0.5)).toBe(255))
  expect(await seen(page, 0.2, 0.5)).toBe(255)
  await radio(page, words.tool.erase).check()
  await draw(page, [0.5, 0.45], [0.5, 0.55])
  expect(await seen(page, 0.5, 0.52)).toBeLessThan(100)
  await button(page, words.undo).click()
  expect(await seen(page, 0.5, 0.52)).toBe(255)

  // Two fingers enlarge and draw nothing.
  const finger = await page.context().newCDPSession(page)
  const apart = (by: number) => [
    { x: 180 - by, y: 250, id: 1 },
    { x: 180 + by, y: 250, id: 2 },
  ]
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: apart(20) })
  await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: apart(60) })
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await expect.poll(() => button(page, words.zoomOut).getAttribute('aria-disabled')).toBeNull()

  // Refused: the reason is told, and all stays for the next try, which makes no second scene.
  await button(page, words.send).click()
  await page.getByRole('alert').getByText(words.kept).waitFor()
  await button(page, words.send).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByText(texts.studio.scenes.waiting).first().waitFor()
  const cutout = orders[1]!.wish.cutout as CutOut
  expect(orders.map((o) => o.wish)).toEqual([
    { seed: 7, cutout },
    { seed: 7, cutout },
  ])
  expect(orders[0]!.key).toBe(orders[1]!.key)
  expect(Object.keys(cutout)).toEqual(['mode', 'keep'])
  const [line] = cutout.keep!
  const points = line!.points as [x: number, y: number][]
  expect(cutout).toMatchObject({ mode: 'auto', keep: [{ order: 0 }] })
  expect(points.length).toBeLessThanOrEqual(4) // it was straight
  for (const [, y] of points) expect(y).toBeCloseTo(0.5, 1)
  expect(points.at(-1)![0] - points[0]![0]).toBeCloseTo((0.15 * 360) / (360 - 28), 1)
  expect(line!.width).toBeCloseTo(28 / (360 - 28), 2)
})

it('keys alone set the box, move the brush and send', async () => {
  const { page, orders } = await open({})
  await radio(page, texts.studio.tool.scenes).check()
  const opener = page.getByRole('button', { name: words.open }).last()
  await opener.press('Enter')
  await stage(page).waitFor()
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('cutout-title')

  await radio(page, words.tool.keep).press('ArrowRight')
  await radio(page, words.tool.erase).press('ArrowRight')
  await stage(page).focus()
  for (const key of ['Enter', 'ArrowLeft', 'ArrowUp', 'ArrowUp', 'Shift+ArrowRight', 'Shift+ArrowDown'])
    await page.keyboard.press(key)
  await page.getByRole('status').getByText(words.boxAt(9, 8, 81, 81)).waitFor()

  await radio(page, words.tool.box).press('ArrowLeft')
  await stage(page).focus()
  for (const key of ['Space', 'ArrowRight', 'ArrowRight', 'Space']) await page.keyboard.press(key)
  await page.getByRole('status').getByText(words.drawn.erase).waitFor()
  await page.keyboard.press('Space')
  await page.keyboard.press('Space')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+y')

  // What is not sent is not lost without a word; the focus stays.
  await page.keyboard.press('Escape')
  await page.getByText(words.leave.title).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText(words.leave.title).waitFor({ state: 'detached' })
  expect(await stage(page).evaluate((canvas) => canvas === document.activeElement)).toBe(true)
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press('Tab')
    const out = await page.evaluate(() => {
      const at = document.activeElement
      return at !== document.body && !at?.closest('dialog')
    })
    expect(out).toBe(false)
  }

  await button(page, words.send).press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const { box, erase, keep } = orders[0]!.wish.cutout as CutOut
  expect(box).toEqual([0.09, 0.08, 0.81, 0.81])
  expect(keep).toBeUndefined()
  expect(erase).toHaveLength(1)
  expect(erase![0]!.points[0]).toEqual([0.5, 0.5])
  expect(erase![0]!.points).toHaveLength(2)
})

it('the whole photo is ordered alone, and leaving without a change asks nothing', async () => {
  const { page, orders } = await open({})
  const opener = page.getByRole('region', { name: texts.result.product }).getByRole('button', { name: words.open })
  await opener.click()
  await stage(page).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await opener.evaluate((b) => b === document.activeElement)).toBe(true)

  await opener.click()
  await stage(page).waitFor()
  await radio(page, words.modes.photo).check()
  await page.reload() // what was begun is there again
  await finished(page)
  await opener.click()
  await page.getByRole('dialog').getByText(words.restored).first().waitFor()
  await button(page, words.send).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(orders[0]!.wish.cutout).toEqual({ mode: 'photo' })
})

it('a scene is deleted with its pictures, after asking', async () => {
  const { page, ad, answer } = await open({})
  const scene_id = ad.ad_id.replace(/^./, 'f')
  const further = { ...answer.scenes[0]!, scene_id, product: { ...product, cut_out: false } }
  const made = { ...ad.renditions[0]!, rendition_id: further.scene_id, scene_id: further.scene_id, main: false }
  answer.scenes = [...answer.scenes, further]
  answer.renditions = [...ad.renditions, made]
  const deleted: string[] = []
  await page.context().route(/\/(renditions|scenes)\/[0-9a-f-]{36}$/, (route) => {
    const [, kind, id] = /\/(\w+)\/([^/]+)$/.exec(route.request().url())!
    deleted.push(`${route.request().method()} ${kind}`)
    if (kind === 'scenes') answer.scenes = answer.scenes.filter((s) => s.scene_id !== id)
    answer.renditions = answer.renditions.filter((r) => r.rendition_id !== id)
    return route.fulfill({ status: 204 })
  })
  await page.reload()
  await finished(page)
  await radio(page, texts.studio.tool.scenes).check()
  const remove = page.getByRole('button', { name: texts.studio.scenes.removeThis(2) })
  expect(await remove.count()).toBe(0) // the main picture's scene is shown, which stays
  await page.getByRole('list', { name: texts.studio.strip }).getByRole('button').last().click()
  await page.getByText(texts.studio.scenes.framed).waitFor()
  await accessible(page)
  await remove.click()
  await page.getByRole('dialog').getByText(texts.studio.scenes.removal(1).body).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: texts.studio.scenes.remove }).click()
  await page.getByText(texts.studio.scenes.removed).waitFor()
  expect(deleted).toEqual(['DELETE renditions', 'DELETE scenes'])
  await remove.waitFor({ state: 'detached' })
})
