import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { table } from '../../src/ad/fields.gen'
import { texts } from '../../src/texts'

const src = new URL('../../src/', import.meta.url)
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
const read = (name: string) => readFileSync(new URL(name, src), 'utf8')
const code = files.filter((f) => /\.tsx?$/.test(f) && !f.endsWith('schema.d.ts'))

describe('the source', () => {
  // What an owner wrote can only become text, since nothing turns text into markup.
  it.each([
    'innerHTML',
    'outerHTML',
    'insertAdjacentHTML',
    'dangerouslySetInnerHTML',
    'document.write',
    'createContextualFragment',
    'eval(',
  ])('never uses %s', (name) => expect(code.filter((f) => read(f).includes(name))).toEqual([]))

  it('sets srcdoc in one place only, inside of sandbox=""', () => {
    const users = code.filter((f) => read(f).includes('srcdoc'))
    expect(users).toEqual(['pages/result/html-code.tsx'])
    expect(read(users[0]!).match(/srcdoc/g)).toHaveLength(1)
    expect(read(users[0]!)).toMatch(/sandbox="" srcdoc=/)
  })

  // Some browsers answer none of these, and an owner would wait for ever.
  it.each([
    /\bcreateImageBitmap\(/,
    /\.toBlob\(/,
    /\.arrayBuffer\(\)/,
    /\bclipboard\.writeText\(/,
    /\bserviceWorker\.(register|ready)\b/,
    /\blocks\.request\(/,
    /\bfetch\(/,
  ])('waits only so long for %s', (call) => {
    const unbounded = code.flatMap((f) =>
      read(f)
        .split(/\n\n/) // a function at most
        .filter((part) => call.test(part) && !/\b(within|deadline)\(/.test(part))
        .map(() => f),
    )
    expect(unbounded).toEqual([])
  })

  it('has its Korean in texts.ts', () => {
    // What the form chooses at first is one of the API's own values.
    const values = /'전체'/g
    const comment = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm
    const texts = ['texts.ts', 'ad/fields.gen.ts'] // the second is written from the API's table
    const korean = code.filter(
      (f) => !texts.includes(f) && /[가-힣]/.test(read(f).replace(comment, '').replace(values, '')),
    )
    expect(korean).toEqual([])
  })

  it('names no other host but the licence', () => {
    const hosts = code.flatMap((f) => [...read(f).matchAll(/https?:\/\/([a-z0-9.-]+)/g)].map((m) => m[1]))
    expect([...new Set(hosts)].sort()).toEqual(['creativecommons.org', 'ns.adobe.com'])
  })
})

it('the web font has every character of the texts; else run scripts/fonts.py', () => {
  const css = read('style/fonts.css')
  const covered = new Set<number>()
  for (const [, list] of css.matchAll(/unicode-range: ([^;]+);/g)) {
    for (const span of list!.split(', ')) {
      const [from, to] = span
        .slice(2)
        .split('-')
        .map((h) => parseInt(h, 16))
      for (let c = from!; c <= (to ?? from!); c++) covered.add(c)
    }
  }
  const all: string[] = []
  const collect = (value: unknown): void => {
    if (typeof value === 'string') all.push(value)
    else if (typeof value === 'function') all.push(value.toString())
    else if (typeof value === 'object' && value) Object.values(value).forEach(collect)
  }
  collect([texts, table])
  const missing = new Set([...all.join('')].filter((c) => c > ' ' && !covered.has(c.codePointAt(0)!)))
  expect([...missing]).toEqual([])
  const fonts = readdirSync(fileURLToPath(new URL('fonts/', src))).filter((f) => f.endsWith('.woff2'))
  expect(fonts.sort()).toEqual([...css.matchAll(/fonts\/([^']+)'/g)].map((m) => m[1]!).sort())
})
