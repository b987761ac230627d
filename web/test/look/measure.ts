import { gzipSync } from 'node:zlib'
import { it } from 'vitest'
import { finished, orderByApi, phone, site, texts, typed, useBrowser, visit } from '../site/site'

// Figures of the pages on a slow phone, for people to read: nothing here
// passes or fails. "Plain" is the same page without script, the least there is.

useBrowser()
const runs = 7
const slowdown = 4

interface Figures {
  paint: number // first contentful paint, ms
  largest: number // largest contentful paint, ms
  usable: number // the form reacts, ms
  shift: number // cumulative layout shift
}

async function look(script: boolean): Promise<Figures> {
  const owner = await visit(phone)
  if (!script) await owner.context.route('**/*.js', (route) => route.abort())
  const page = await owner.context.newPage()
  const cdp = await owner.context.newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await page.goto(site)
  await page.waitForLoadState('networkidle')
  const figures = await page.evaluate(
    () =>
      new Promise<Figures>((resolve) => {
        let largest = 0
        let shift = 0
        new PerformanceObserver((list) => (largest = list.getEntries().at(-1)!.startTime)).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        })
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) shift += entry.value
        }).observe({ type: 'layout-shift', buffered: true })
        setTimeout(
          () =>
            resolve({
              paint: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
              largest,
              usable: performance.getEntriesByName('usable')[0]?.startTime ?? NaN,
              shift,
            }),
          500,
        )
      }),
  )
  await owner.context.close()
  return figures
}

/** The best, the middle and the worst of what was measured: on a busy machine the best is nearest to the truth. */
function summary(all: Figures[], name: keyof Figures, digits = 0): string {
  const sorted = all.map((f) => f[name]).sort((a, b) => a - b)
  return [0, sorted.length >> 1, sorted.length - 1].map((i) => sorted[i]!.toFixed(digits)).join('/')
}

it('the start page', async () => {
  const plain: Figures[] = []
  const whole: Figures[] = []
  await look(true) // the server's and the browser's first time
  for (let i = 0; i < runs; i++) {
    plain.push(await look(false))
    whole.push(await look(true))
  }

  const owner = await visit()
  const page = await owner.page()
  await page.waitForLoadState('networkidle')
  const files = [...new Set(owner.requests.map((r) => r.split(' ')[1]!))]
  const sizes = await Promise.all(
    files.map(async (path) => {
      const bytes = Buffer.from(await (await fetch(site + path)).arrayBuffer())
      const text = /\.(js|css|svg)$|\/$/.test(path)
      return { kind: path.match(/\.(\w+)$/)?.[1] ?? 'html', bytes: text ? gzipSync(bytes).length : bytes.length }
    }),
  )
  const kinds = [...new Set(sizes.map((s) => s.kind))].map((kind) => {
    const bytes = sizes.filter((s) => s.kind === kind).reduce((a, s) => a + s.bytes, 0)
    return `${kind} ${(bytes / 1000).toFixed(1)} kB`
  })

  console.log(
    [
      `start page, ${phone.viewport!.width} px, ${slowdown}x CPU slow-down, best/median/worst of ${runs}:`,
      `  without script  first paint ${summary(plain, 'paint')} ms`,
      `  whole           first paint ${summary(whole, 'paint')} ms, largest ${summary(whole, 'largest')} ms, ` +
        `usable ${summary(whole, 'usable')} ms, shift ${summary(whole, 'shift', 4)}`,
      `bytes, text gzipped: ${kinds.join(', ')}`,
    ].join('\n'),
  )
})

it('the preview of words', async () => {
  const owner = await visit(phone)
  const page = await owner.page(`/result/${await orderByApi(owner)}`)
  await finished(page)
  await page.waitForLoadState('networkidle')
  const cdp = await owner.context.newCDPSession(page)
  const field = page.getByLabel(texts.studio.words.main)
  const text = '겨울을 메고 떠나는 가벼운 가방 하나'
  for (const rate of [1, slowdown]) {
    await cdp.send('Emulation.setCPUThrottlingRate', { rate })
    const took: number[] = []
    for (let n = 2; n <= text.length; n++) if (text[n - 1] !== ' ') took.push(await typed(field, text.slice(0, n)))
    const [best, middle, worst] = [0, took.length >> 1, took.length - 1].map((i) => took.sort((a, b) => a - b)[i]!)
    console.log(
      `live preview, ${rate}x CPU slow-down, from a key to its frame, best/median/worst of ${took.length}: ` +
        `${best!.toFixed(0)}/${middle!.toFixed(0)}/${worst!.toFixed(0)} ms`,
    )
    await field.fill('')
  }
})
