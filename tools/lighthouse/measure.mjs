// Lighthouse's four figures of the site's pages as a phone sees them: the median of RUNS
// (3), as a table. It fails when the start page is below what `least` says.
//
// SITE_URL is the running site, CHROMIUM the browser. `make measure` sets the first.
import { readFileSync } from 'node:fs'
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'

const site = process.env.SITE_URL?.replace(/\/$/, '')
if (!site) throw new Error('SITE_URL is not set: run this by `make measure`')
const runs = Number(process.env.RUNS ?? 3)

const kinds = { performance: 'performance', accessibility: 'accessibility', 'best-practices': 'practices', seo: 'SEO' }
const least = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 }

/** Orders an ad, waits until it is finished and shares it. */
async function finishedAd() {
  const form = new FormData()
  for (const [name, value] of Object.entries({
    product_name: '울 더플백',
    product_category: '의류',
    target_age: '30대',
    target_gender: '전체',
    ad_concept: '주말 아침의 설레는 여행',
  }))
    form.set(name, value)
  const photo = readFileSync(new URL('../../web/public/example-before.jpg', import.meta.url))
  form.set('product_image', new Blob([photo], { type: 'image/jpeg' }), 'bag.jpg')
  const ordered = await fetch(`${site}/api/ads/generate`, { method: 'POST', body: form })
  if (ordered.status !== 202) throw new Error(`the order was answered ${ordered.status}: ${await ordered.text()}`)
  const { ad_id: adId } = await ordered.json()
  const cookie = ordered.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
  for (let i = 0; i < 120; i++) {
    const ad = await (await fetch(`${site}/api/ads/${adId}`, { headers: { cookie } })).json()
    if (ad.status === 'failed') throw new Error(`the ad failed: ${ad.error.detail}`)
    if (ad.status === 'succeeded') {
      const shared = await fetch(`${site}/api/ads/${adId}/share`, { method: 'PUT', headers: { cookie } })
      return { adId, cookie, share: (await shared.json()).share_url }
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  throw new Error('the ad was not finished within two minutes')
}

/**
 * One look at a page. Search engines shall not list what is an owner's, so that is not
 * asked of it; and the public page's policy lets no script of Lighthouse fetch robots.txt.
 */
async function look(port, url, owned, cookie, tries = 3) {
  const { lhr } = await lighthouse(url, {
    port,
    output: 'json',
    logLevel: 'error',
    onlyCategories: Object.keys(kinds),
    ...(cookie ? { extraHeaders: { Cookie: cookie } } : {}),
    ...(owned ? { skipAudits: ['is-crawlable', 'robots-txt'] } : {}),
  })
  // On a busy machine the browser sometimes loses the trace.
  if (lhr.runtimeError && tries > 1) return look(port, url, owned, cookie, tries - 1)
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`)
  const below = Object.values(lhr.audits).filter((a) => a.score !== null && a.score < 0.9)
  return {
    scores: Object.fromEntries(Object.keys(kinds).map((k) => [k, Math.round(lhr.categories[k].score * 100)])),
    below: below.map((a) => [a.title, a.displayValue].filter(Boolean).join(': ')),
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

const { adId, cookie, share } = await finishedAd()
const pages = [
  ['/', `${site}/`, false],
  ['result', `${site}/result/${adId}`, true, cookie],
  ['dashboard', `${site}/dashboard`, true, cookie],
  ['public page', share, true],
]
const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'],
})
let failed = false
try {
  console.log(`Lighthouse, mobile, median of ${runs} (worst to best):\n`)
  const row = (cells) => console.log(cells.map((c) => String(c).padEnd(19)).join('').trimEnd())
  row(['page', ...Object.values(kinds)])
  for (const [name, url, owned, as] of pages) {
    const seen = []
    for (let i = 0; i < runs; i++) seen.push(await look(chrome.port, url, owned, as))
    const of = (kind) => seen.map((s) => s.scores[kind]).toSorted((a, b) => a - b)
    row([name, ...Object.keys(kinds).map((k) => `${median(of(k))} (${of(k).join(' ')})`)])
    for (const one of new Set(seen.flatMap((s) => s.below))) console.log(`  ${one}`)
    if (name === '/')
      for (const [kind, limit] of Object.entries(least)) {
        if (median(of(kind)) >= limit) continue
        failed = true
        console.log(`  ${kinds[kind]} is below ${limit}`)
      }
  }
} finally {
  await chrome.kill()
}
process.exitCode = failed ? 1 : 0
