import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page, Route } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Ad, ListedAd, Stats } from '../../src/api/client'
import {
  fill,
  finished,
  grainyPng,
  labelOf,
  order,
  orderByApi,
  phone,
  site,
  submit,
  texts,
  useBrowser,
  visit,
  type Visit,
} from '../site/site'

// Every page and state, for people to look at. The ads are real ones of the
// running deployment; the states between are an ad's own answer, changed to what
// it was on the way.

useBrowser()
const out = fileURLToPath(new URL('../../../screenshots/', import.meta.url))
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

type Step = Ad['progress']['steps'][number]['name']

/**
 * The finished ad, with the address of its product's picture, which it had
 * before, and its neighbours on the dashboard.
 */
type Shown = Ad & { product_url: string; shop: readonly Ad[] }

/** What the shop sells: the sample photos, each in a scene of its own. */
const shop: readonly { photo: string; fields: Record<string, string> }[] = [
  {
    photo: 'vitamin-jar',
    fields: {
      product_name: '비타민 E 400',
      product_category: '식품',
      target_age: '50대',
      ad_concept: '초록 잎과 이슬이 어우러진 싱그럽고 깨끗한 느낌',
    },
  },
  {
    photo: 'duffel-bag',
    fields: {
      product_name: '주말 여행 가방',
      target_age: '20대',
      target_gender: '남성',
      ad_concept: '어두운 배경에 은은한 조명만 비추는 고급스럽고 차분한 느낌',
    },
  },
  {
    photo: 'grocery-shelf',
    fields: {
      product_name: '사과 주스 1L',
      product_category: '식품',
      target_age: '20대',
      ad_concept: '여름 바닷가의 시원하고 상큼한 느낌',
    },
  },
  {
    photo: 'vitamin-jar',
    fields: {
      product_name: '부모님께 드리는 비타민 365정, 온 가족이 함께 먹는 대용량 알뜰 세트',
      product_category: '식품',
      target_age: '60대이상',
      ad_concept: '눈 내리는 창가에 담요와 촛불이 놓인 포근한 겨울 느낌',
    },
  },
  {
    photo: 'duffel-bag',
    fields: { product_name: '운동 가방', target_age: '20대', ad_concept: '네온사인이 비치는 밤의 활기찬 느낌' },
  },
]

/** The ad as it was when a step ran. */
function during(ad: Shown, step: Step | null, change: Partial<Ad> = {}): Ad {
  const steps = ad.progress.steps.map((s) => s.name)
  const at = step ? steps.indexOf(step) : -1
  const begun = new Date(Date.now() - 12_000 * (at + 1)).toISOString()
  const has = (made: Step) => at > steps.indexOf(made)
  return {
    ...ad,
    status: step ? 'running' : 'queued',
    progress: {
      step,
      steps: steps.map((name, i) => ({
        name,
        status: i < at ? 'done' : i === at ? 'running' : 'waiting',
        started_at: i <= at ? begun : null,
        finished_at: i < at ? begun : null,
      })),
      percent: step ? Math.round((100 * (at + 0.5)) / steps.length) : 0,
      queue_position: step ? null : 3,
      eta_seconds: step ? 95 - 14 * at : 320,
      stalled: false,
    },
    thumbnail_url: has('prepare') ? ad.product_url : null,
    stage1_url: has('stage1') ? ad.stage1_url : null,
    stage2_url: has('stage2') ? ad.stage2_url : null,
    ...change,
  }
}

function failed(ad: Shown, retryable: boolean): Ad {
  const stopped = during(ad, 'stage1')
  for (const s of stopped.progress.steps) if (s.status === 'running') s.status = 'failed'
  return {
    ...stopped,
    status: 'failed',
    error: retryable
      ? {
          code: 'GPU.Unavailable',
          detail:
            '그림을 만드는 서버에 연결할 수 없었습니다. 입력하신 내용은 그대로 있으니 잠시 뒤 다시 시도해 주세요.',
          retryable,
        }
      : {
          code: 'GPU.Rejected',
          detail: '그림을 만드는 서버가 이 사진을 처리하지 못했습니다. 다른 사진으로 새 광고를 만들어 주세요.',
          retryable,
        },
  }
}

/** The ad with a doubt about its cut-out, and one about its photo. */
function doubted(ad: Shown): Ad {
  const product = { ...ad.product!, confidence: 0.4, doubts: ['leftover' as const, 'cropped' as const] }
  const detail = '사진이 작습니다. 더 큰 사진이면 더 또렷하게 나옵니다.'
  return {
    ...ad,
    product,
    warnings: [{ field: 'product_image', code: 'Photo.Small', detail }],
    scenes: ad.scenes.map((s) => ({ ...s, product })),
  }
}

/** A dashboard with everything on it. */
function full(ad: Shown): { ads: ListedAd[]; next_cursor: string | null } {
  const status: ListedAd['status'][] = [
    'running',
    'queued',
    'succeeded',
    'succeeded',
    'succeeded',
    'failed',
    'succeeded',
    'awaiting_upload',
  ]
  const sold = [ad, ...ad.shop]
  return {
    ads: Array.from({ length: 12 }, (_, i) => {
      const of = sold[status[i] === 'running' || status[i] === 'failed' ? 0 : i % sold.length]!
      const s = status[i] ?? 'succeeded'
      return {
        ad_id: ad.ad_id.slice(0, -2) + String(i).padStart(2, '0'),
        product_name: of.product_name,
        status: s,
        thumbnail_url:
          s === 'queued' || s === 'awaiting_upload' ? null : s === 'succeeded' ? of.thumbnail_url : ad.product_url,
        clip_score: s === 'succeeded' ? of.clip_score : null,
        created_at: new Date(Date.parse(ad.created_at) - i * 31 * 3600_000).toISOString(),
      }
    }),
    next_cursor: 'next',
  }
}

function year(ad: Ad): Stats {
  const counts = [0, 0, 1, 3, 2, 6, 4, 9, 7, 12, 10, 14]
  const [y, m] = ad.created_at.split('-').map(Number) as [number, number]
  const months = counts.map((ads, i) => {
    const at = new Date(Date.UTC(y, m - 12 + i, 1))
    return { month: at.toISOString().slice(0, 7), ads, avg_clip_score: ads ? 0.6 + ((i * 5) % 17) / 100 : null }
  })
  return { total_ads: counts.reduce((a, b) => a + b, 0), avg_clip_score: 0.68,
    avg_stand_in: false, monthly_ads: 14, months }
}

const json = (value: unknown) => (route: Route) => route.fulfill({ json: value })
const anAd = /\/api\/ads\/[0-9a-f-]{36}$/
const aList = /\/api\/dashboard\/ads/
const someStats = /\/api\/dashboard\/stats/
const bucket = (url: URL) => url.origin !== site && !url.pathname.startsWith('/api/')
const large = { name: 'large.png', mimeType: 'image/png', buffer: grainyPng(2000, 1500) }

/** A state of a page: comes to it, and leaves the page as it is to be seen. */
type State = (page: Page, owner: Visit, ad: Shown) => Promise<unknown>

const seen =
  (value: (ad: Shown) => Ad, then?: (page: Page) => Promise<unknown>): State =>
  async (page, owner, ad) => {
    await owner.context.route(anAd, json(value(ad)))
    await page.goto(`${site}/result/${ad.ad_id}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await then?.(page)
  }

const dashboard =
  (list: (ad: Shown) => unknown, stats: (ad: Shown) => unknown, then?: (page: Page) => Promise<unknown>): State =>
  async (page, owner, ad) => {
    await owner.context.route(aList, json(list(ad)))
    await owner.context.route(someStats, json(stats(ad)))
    await page.goto(`${site}/dashboard`)
    await then?.(page)
  }

const studioTool = (page: Page, name: keyof typeof texts.studio.tool) =>
  page.getByRole('radio', { name: texts.studio.tool[name], exact: true }).check()

const states: Record<string, State> = {
  start: (page) => page.goto(site),
  'start-screen': (page) => page.goto(site),
  'start-questions': async (page) => {
    await page.goto(site)
    for (const details of await page.locator('details').all())
      await details.evaluate((d: HTMLDetailsElement) => (d.open = true))
  },
  'form-filled': async (page) => {
    await page.goto(site)
    await fill(page, { category: '기타' })
    await page.getByLabel(texts.form.field.product_category.other.label).fill('여행 가방')
    await page.getByRole('button', { name: texts.form.field.ad_concept.examples[0].label }).click()
  },
  'form-restored': async (page) => {
    await page.goto(site)
    await fill(page)
    await page.reload()
    await page.getByText(texts.form.restored).waitFor()
  },
  'form-faults': async (page) => {
    await page.goto(site)
    await page.getByLabel(labelOf('product_name')).fill('가'.repeat(101))
    await submit(page)
  },
  'form-unseen': async (page) => {
    await page.goto(site)
    await page.setInputFiles('#product_image', {
      name: 'a.heic',
      mimeType: 'image/heic',
      buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    })
  },
  'form-sending': async (page, owner) => {
    await page.goto(site)
    await fill(page)
    await owner.context.route('**/api/ads/generate', () => {}) // never answers
    await submit(page)
  },
  'form-refused': async (page, owner) => {
    await page.goto(site)
    await fill(page)
    await owner.context.route('**/api/ads/generate', (route) =>
      route.fulfill({
        status: 503,
        json: {
          status: 503,
          code: 'Storage.Unavailable',
          detail: '저장소에 잠시 연결할 수 없습니다. 몇 초 뒤 다시 시도해 주세요.',
        },
      }),
    )
    await submit(page)
  },
  'upload-running': async (page, owner) => {
    await owner.context.route(bucket, () => {})
    await page.goto(site)
    await order(page, { file: large })
  },
  'upload-failed': async (page, owner) => {
    await owner.context.route(bucket, (route) => route.abort())
    await page.goto(site)
    await order(page, { file: large })
    await page.getByText(texts.making.uploadFailed).waitFor()
  },
  'upload-lost': seen((ad) => during(ad, null, { status: 'awaiting_upload' })),
  'making-queued': async (page, owner, ad) => {
    // Ordered here, so that this browser still has the photo.
    await owner.context.route('**/api/ads/generate', (route) =>
      route.fulfill({ status: 202, json: { ad_id: ad.ad_id, status: 'queued', status_url: `/api/ads/${ad.ad_id}` } }),
    )
    await owner.context.route(anAd, json(during(ad, null)))
    await page.goto(site)
    await order(page)
    await page.getByAltText(texts.making.own).waitFor()
  },
  'making-queued-elsewhere': seen((ad) => during(ad, null)),
  'making-1-photo': seen((ad) => during(ad, 'prepare')),
  'making-2-scene': seen((ad) => during(ad, 'stage1')),
  'making-3-words': seen((ad) => during(ad, 'copywrite')),
  'making-4-finish': seen((ad) => during(ad, 'stage2')),
  'making-5-score': seen((ad) => during(ad, 'clip')),
  'making-stalled': seen((ad) => {
    const waiting = during(ad, null)
    return { ...waiting, progress: { ...waiting.progress, eta_seconds: null, stalled: true } }
  }),
  'making-line-lost': seen(
    (ad) => during(ad, 'stage1'),
    async (page) => {
      await page.waitForLoadState('networkidle')
      await page.context().setOffline(true)
      await page.getByText(texts.site.offline).waitFor()
    },
  ),
  failed: seen((ad) => failed(ad, true)),
  'failed-for-good': seen((ad) => failed(ad, false)),
  result: seen((ad) => ad),
  'result-screen': seen((ad) => ad.shop[1]!),
  'result-of-a-model': seen(
    (ad) => ({
      ...ad,
      stand_in: false,
      copy_source: 'openai',
      score: { ...ad.score!, stand_in: false, metric: 'clipscore', model: 'ViT-B/32', value: 0.71 },
    }),
    (page) => page.getByText(texts.result.scoreHow).click(),
  ),
  'result-compare': seen(
    (ad) => ad,
    async (page) => {
      await page.getByRole('radio', { name: texts.result.compare }).check()
      await page.getByRole('radio', { name: texts.result.htmlPreview }).check()
      await page.getByTitle(texts.result.htmlFrame).waitFor()
    },
  ),
  'result-large': seen(
    (ad) => ad,
    (page) => page.getByRole('button', { name: texts.result.enlarge }).click(),
  ),
  'result-delete': seen(
    (ad) => ad,
    (page) => page.getByRole('button', { name: texts.result.remove }).click(),
  ),
  'studio-writing': seen(
    (ad) => ad,
    async (page) => {
      await page.getByLabel(texts.studio.words.main).fill('주말을 담는 가방')
      await page.getByText(texts.studio.live).waitFor()
    },
  ),
  'studio-sizes': seen(
    (ad) => ad,
    async (page) => {
      await studioTool(page, 'sizes')
      await page.getByText(texts.studio.sizes.many).click()
    },
  ),
  'studio-look': seen(
    (ad) => ad,
    async (page) => {
      await studioTool(page, 'look')
      await page.getByText(texts.studio.brand.title).click()
    },
  ),
  'studio-scenes': seen(
    (ad) => ({
      ...ad,
      scenes: [
        ...ad.scenes,
        {
          ...ad.scenes[0]!,
          scene_id: ad.ad_id.replace(/^./, 'f'),
          status: 'running',
          picture_url: null,
          page_url: null,
          thumbnail_url: null,
          eta_seconds: 40,
        },
      ],
    }),
    (page) => studioTool(page, 'scenes'),
  ),
  ...Object.fromEntries(
    ['open', 'box', 'photo'].map((name): [string, State] => [
      `cutout-${name}`,
      seen(doubted, async (page) => {
        await page.getByRole('button', { name: texts.studio.cutout.open }).first().click()
        await page.getByRole('application').waitFor()
        const { tool, modes, boxAdd } = texts.studio.cutout
        if (name === 'box') {
          await page.getByRole('radio', { name: tool.box, exact: true }).check()
          await page.getByRole('button', { name: boxAdd }).click()
        }
        if (name === 'photo') await page.getByRole('radio', { name: modes.photo, exact: true }).check()
      }),
    ]),
  ),
  'result-doubted': seen(doubted, (page) => studioTool(page, 'scenes')),
  'studio-strip': seen((ad) => {
    const [first] = ad.renditions
    const story = { ...first!, width: 1080, height: 1920, channel: 'instagram-story', main: false }
    return { ...ad, renditions: [first!, { ...story, rendition_id: ad.ad_id.replace(/^./, 'f') }] }
  }),
  'result-missing': async (page) => {
    await page.goto(`${site}/result/01234567-0123-7123-8123-0123456789ab`)
    await page.getByText(texts.result.missingNote).waitFor()
  },
  'result-unread': async (page, owner, ad) => {
    await owner.context.route(anAd, (route) => route.fulfill({ status: 503, body: '' }))
    await page.goto(`${site}/result/${ad.ad_id}`)
    await page.getByText(texts.fault.server).waitFor()
  },
  'dashboard-empty': dashboard(
    () => ({ ads: [], next_cursor: null }),
    () => ({ total_ads: 0, avg_clip_score: null, monthly_ads: 0, months: [] }),
    (page) => page.getByText(texts.dashboard.emptyTitle).waitFor(),
  ),
  dashboard: dashboard(full, year, (page) => page.getByRole('img', { name: texts.dashboard.chartAds }).waitFor()),
  'dashboard-delete': dashboard(full, year, (page) => page.locator('.ad-remove').first().click()),
  'dashboard-loading': async (page, owner) => {
    await owner.context.route(aList, () => {})
    await owner.context.route(someStats, () => {})
    await page.goto(`${site}/dashboard`)
  },
  'dashboard-unread': async (page, owner) => {
    await owner.context.route(/\/api\/dashboard/, (route) => route.fulfill({ status: 503, body: '' }))
    await page.goto(`${site}/dashboard`)
    await page.getByText(texts.dashboard.failed).waitFor()
  },
  404: (page) => page.goto(`${site}/nothing`),
}

/** What fills the screen stays as large as the screen; everything else is shown whole. */
const asScreen = /large|delete|screen|cutout/

async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(400) // pictures and fonts
  await page.evaluate(() => document.fonts.ready)
  const { width } = page.viewportSize()!
  if (!asScreen.test(name)) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    await page.setViewportSize({ width, height })
    await page.waitForTimeout(150)
  }
  await page.screenshot({ path: `${out}${name}.png` })
}

const only = process.env.ONLY?.split(',')

it('every page and state', async () => {
  const maker = await visit()
  const id = await orderByApi(maker)
  let product_url = ''
  await expect
    .poll(
      async () => {
        const now: Ad = await (await maker.context.request.get(`${site}/api/ads/${id}`)).json()
        if (now.thumbnail_url?.includes('.product.')) product_url = now.thumbnail_url
        return product_url
      },
      { interval: 100, timeout: 30_000 },
    )
    .not.toBe('')
  const others: string[] = []
  for (const { photo, fields } of shop) {
    others.push(
      await orderByApi(maker, fields, {
        name: photo,
        mimeType: 'image/jpeg',
        buffer: readFileSync(new URL(`../../../samples/${photo}.jpg`, import.meta.url)),
      }),
    )
  }
  const made = async (adId: string): Promise<Ad> => {
    const page = await maker.page(`/result/${adId}`)
    await finished(page)
    await page.close()
    return (await maker.context.request.get(`${site}/api/ads/${adId}`)).json()
  }
  const ad: Shown = { ...(await made(id)), product_url, shop: [] }
  const neighbours: Ad[] = []
  for (const other of others) neighbours.push(await made(other))
  ad.shop = neighbours

  for (const [width, device] of [
    [360, phone],
    [1440, { viewport: { width: 1440, height: 900 } }],
  ] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [name, state] of Object.entries(states)) {
        if (only && !only.includes(name)) continue
        const owner = await visit({ ...device, colorScheme })
        const page = await owner.context.newPage()
        page.setDefaultTimeout(20_000)
        await state(page, owner, ad)
        await shoot(page, `${name}-${width}-${colorScheme}`)
        await owner.context.close()
      }
      if (only && !only.includes('noscript')) continue
      const owner = await visit({ ...device, colorScheme, javaScriptEnabled: false })
      for (const [name, path] of [
        ['start', '/'],
        ['dashboard', '/dashboard'],
        ['result', `/result/${id}`],
      ]) {
        const page = await owner.page(path)
        await page.screenshot({ path: `${out}noscript-${name}-${width}-${colorScheme}.png` })
      }
      await owner.context.close()
    }
  }
  const page = await maker.page(`/result/${id}`)
  await finished(page)
  await page.emulateMedia({ media: 'print', colorScheme: 'light' })
  await shoot(page, 'result-printed')
})
