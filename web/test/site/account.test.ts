import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { accessible, awaitPhotos, phone, site, tabTo, texts, useBrowser, visit } from './site'

useBrowser()
const words = texts.account

/** Who can sign in at the deployment, and their password: build/local and the test harness say it. */
const [kim] = (process.env['SIGN_IN_AS'] ?? '').split(',')
const password = process.env['SIGN_IN_PASSWORD'] ?? ''

/** Fills the issuer's own page, to which a sign-in leads. */
async function signIn(page: Page): Promise<void> {
  await page.locator('input[name=username]').fill(kim!)
  await page.locator('input[name=password]').fill(password)
  await page.locator('input[name=password]').press('Enter')
  await page.waitForURL((url) => url.origin === site)
}

/** The first way to sign in that the account's page offers. */
const way = (page: Page) => page.locator('.sign-in a').first()
const ads = (page: Page) => page.locator('.ad-name')

it('keeps what a guest has made, in two browsers, until everything is deleted', async () => {
  const owner = await visit()
  await awaitPhotos(owner, ['하나', '둘'])
  const first = await owner.page('/dashboard')
  await first.getByText(words.endsOn('').split('.')[0]!.slice(0, 12)).waitFor() // until when they stay
  await first.getByRole('link', { name: words.keep }).click()
  await first.getByRole('heading', { name: words.guestTitle }).waitFor()
  await accessible(first)
  await way(first).click()
  await signIn(first)
  await first.getByText(words.signedIn, { exact: true }).waitFor()
  expect(new URL(first.url()).search).toBe('') // said once
  await first.getByText(kim!).waitFor()
  await accessible(first)
  await first.getByRole('link', { name: texts.site.mine }).click()
  await expect.poll(() => ads(first).allTextContents()).toEqual(['둘', '하나'])
  await first.getByText(texts.dashboard.everywhere).waitFor()

  const second = await (await visit(phone)).page('/account')
  await way(second).click()
  await signIn(second)
  await second.getByRole('button', { name: words.copyStart }).click()
  const save = second.getByRole('link', { name: words.copySave })
  await save.waitFor()
  const zip = await (await second.context().request.get((await save.getAttribute('href'))!)).body()
  expect(zip.subarray(0, 2).toString()).toBe('PK')

  await second.getByRole('button', { name: words.everywhere }).click()
  await second.getByRole('dialog').getByRole('button', { name: words.everywhereAsk.yes }).click()
  await second.getByText(words.signedOut, { exact: true }).waitFor() // by way of the issuer
  expect(second.url()).toBe(`${site}/`)
  await second.goto(`${site}/account`)
  await second.getByRole('heading', { name: words.guestTitle }).waitFor()

  // The other browser learns it at its next look, and can go on from there.
  await first.reload()
  await first.getByText(words.over).waitFor()
  expect(await ads(first).count()).toBe(0)
  await first.locator('.notice').getByRole('link', { name: words.signIn }).click()
  await signIn(first)
  await expect.poll(() => ads(first).allTextContents()).toEqual(['둘', '하나'])

  await first.goto(`${site}/account`)
  await first.getByRole('button', { name: words.end.start }).click()
  const dialog = first.getByRole('dialog')
  await accessible(first)
  await dialog.getByLabel(words.endType).fill('네')
  await dialog.getByRole('button', { name: words.end.yes }).click()
  await dialog.getByText(words.endWrong).waitFor()
  await dialog.getByLabel(words.endType).fill(` ${words.endWord} `)
  await first.keyboard.press('Enter')
  await first.getByText(words.ended).waitFor()
  await first.goto(`${site}/dashboard`)
  await first.getByRole('heading', { name: texts.dashboard.emptyTitle }).waitFor()
})

/** What GET /api/account says, where no issuer is needed. */
const guest = {
  kind: 'guest',
  email: null,
  name: null,
  provider: null,
  created_at: null,
  session_ends_at: null,
  ads_end_at: '2027-02-26T03:00:00Z',
  providers: [] as { name: string; label: string }[],
  moving: 0,
}
const member = { ...guest, kind: 'account', email: 'kim@example.com', ads_end_at: null }

it('offers no sign-in where there is none, but a copy and an end, all by keyboard', async () => {
  const one = await visit(phone)
  await one.context.route('**/api/account', (r) => r.fulfill({ json: guest }))
  const page = await one.page('/account')
  await page.getByRole('heading', { name: words.guestAlone }).waitFor()
  expect(await page.getByText(words.signIn).count()).toBe(0)
  await page.getByRole('button', { name: words.copyStart }).waitFor()
  await page.locator('body').press('Tab')
  const end = page.getByRole('button', { name: words.endGuest.start })
  await tabTo(page, end)
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('end-word')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await expect.poll(() => end.evaluate((e) => e === document.activeElement)).toBe(true)
})

it('says in words why nobody is signed in, and what a sign-in has brought', async () => {
  const one = await visit()
  const providers = [{ name: 'Cognito', label: '이메일로 로그인' }]
  await one.context.route('**/api/account', (r) => r.fulfill({ json: { ...guest, providers } }))
  const page = await one.page('/?sign_in=Account.Expired')
  await page.getByRole('alert').getByText(words.fault['Account.Expired']).waitFor()
  const again = new URL((await page.locator('.notice a').getAttribute('href'))!, site)
  expect(again.searchParams.get('return_to')).toBe('/')
  await page.getByRole('button', { name: texts.site.close }).click()
  expect(await page.locator('.notice').count()).toBe(0)
  await page.goto(`${site}/dashboard?signed_in=1&moved=3`)
  await page.getByText(words.moved(3)).waitFor()
  expect(page.url()).toBe(`${site}/dashboard`)
})

it('learns in one tab that a session has ended in another', async () => {
  const one = await visit()
  let who: object = member
  await one.context.route('**/api/account', (r) => r.fulfill({ json: who }))
  await one.context.route('**/api/account/logout', (r) => r.fulfill({ json: { logout_url: null } }))
  const [here, there] = [await one.page('/dashboard'), await one.page('/account')]
  for (const page of [here, there]) await page.getByRole('link', { name: words.page }).waitFor()
  await here.getByText(texts.dashboard.everywhere).waitFor()
  await there.getByText(member.email).waitFor()
  who = guest
  await there.getByRole('button', { name: words.logout, exact: true }).click()
  await there.waitForURL(`${site}/`)
  await here.getByText(words.signedOutElsewhere).waitFor()
  await here.getByText(texts.dashboard.browser).waitFor()
  expect(await there.locator('.notice').count()).toBe(0) // this one knows
})
