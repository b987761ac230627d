import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import {
  blank,
  check,
  count,
  draftOf,
  emptyDraft,
  fieldsOf,
  labelOf,
  normalize,
  placeOf,
  type Draft,
  type Field,
} from '../../src/ad/fields'
import { table } from '../../src/ad/fields.gen'
import { OwnerField } from '../../src/pages/start/owner-field'
import { texts } from '../../src/texts'

const good: Draft = {
  product_name: '울 더플백',
  product_category: '의류',
  target_age: '30대',
  target_gender: '여성',
  ad_concept: '주말 여행을 떠나는 설레는 아침',
  ai_mark: true,
}

describe('count', () => {
  // The same cases as internal/ad: what a person sees is one character.
  const cases: [name: string, text: string, characters: number][] = [
    ['nothing', '', 0],
    ['syllables', '울 더플백', 5],
    ['a decomposed syllable', '\u1112\u1161\u11ab', 1],
    ['a family of four', '👩‍👩‍👧‍👦', 1],
    ['a hundred families', '👩‍👩‍👧‍👦'.repeat(100), 100],
    ['a flag', '🇰🇷', 1],
    ['combining marks', '가' + '\u0301'.repeat(30), 1],
    ['spaces at the ends', '  안녕  ', 2],
    ['a line break', '안녕\r\n하세요', 6],
    ['a run of spaces', '안녕 \t\u00a0 하세요', 6],
    ['direction controls', 'abc\u202e\u2066\u200f', 3],
    ['a byte order mark', '\ufeffabc', 3],
    ['half a surrogate pair', 'a\ud83d', 1],
  ]
  it.each(cases)('%s', (_, text, characters) => expect(count(text)).toBe(characters))
})

describe('normalize', () => {
  it('gives what internal/ad gives', () => expect(normalize('  한\u202e글\t\r\n이름\x00 \ufeff')).toBe('한글 이름'))
  it('leaves markup as the owner wrote it', () => expect(normalize('<b>A&B</b>')).toBe('<b>A&B</b>'))
  const shared = new URL('../../../internal/ad/testdata/texts.json', import.meta.url)
  const cases = JSON.parse(readFileSync(shared, 'utf8')) as { name: string; text: string; want: string }[]
  it.each(cases)('$name', ({ text, want }) => {
    expect(normalize(text)).toBe(want)
    expect(normalize(want)).toBe(want)
    expect(Object.keys(check({ ...good, product_name: text }, true))).toEqual(want ? [] : ['product_name'])
  })
  it('changes nothing the second time', () => {
    for (const text of ['\u1112\u1161\u11ab  \u0085x', 'A\u030a \u2028', '\ud800가', ' \ufeff \u202d']) {
      expect(normalize(normalize(text))).toBe(normalize(text))
    }
  })
})

describe('check', () => {
  it('accepts good fields', () => expect(check(good, true)).toEqual({}))
  it('names every field of an untouched form but the one with a default', () => {
    expect(Object.keys(check(emptyDraft, false)).sort()).toEqual(
      ['ad_concept', 'product_category', 'product_image', 'product_name', 'target_age'].sort(),
    )
  })
  const cases: [name: string, change: Partial<Draft>, wrong: string | null][] = [
    ['100 characters of name', { product_name: '가'.repeat(100) }, null],
    ['101 characters of name', { product_name: '가'.repeat(101) }, 'product_name'],
    ['a name of spaces', { product_name: ' \t ' }, 'product_name'],
    ['a name of direction controls', { product_name: '\u202e\u200f' }, 'product_name'],
    ['50 characters of category', { product_category: '가'.repeat(50) }, null],
    ['51 characters of category', { product_category: '가'.repeat(51) }, 'product_category'],
    ['500 emoji of concept', { ad_concept: '👩‍👩‍👧‍👦'.repeat(500) }, null],
    ['501 emoji of concept', { ad_concept: '👩‍👩‍👧‍👦'.repeat(501) }, 'ad_concept'],
    ['one character of 10 kB', { product_name: '가' + '\u0301'.repeat(5000) }, 'product_name'],
    ['an age that is none', { target_age: '70대' }, 'target_age'],
    ['a gender that is none', { target_gender: '' }, 'target_gender'],
  ]
  it.each(cases)('%s', (_, change, wrong) => {
    expect(Object.keys(check({ ...good, ...change }, true))).toEqual(wrong ? [wrong] : [])
  })
})

it('fieldsOf sends normalized texts, and nothing without a choice', () => {
  expect(fieldsOf({ ...good, product_name: ' 울\n더플백 ' })?.product_name).toBe('울 더플백')
  expect(fieldsOf({ ...good, target_age: '' })).toBeNull()
})

it('placeOf puts a fault of the file at the photo', () => {
  expect(placeOf('content_length')).toBe('product_image')
  expect(placeOf('ad_concept')).toBe('ad_concept')
  expect(placeOf('Idempotency-Key')).toBeNull()
})

it('the mark is sent as it is set, and set before anybody touches it', () => {
  expect(emptyDraft.ai_mark).toBe(true)
  expect(check({ ...good, ai_mark: false }, true)).toEqual({})
  for (const ai_mark of [true, false]) expect(fieldsOf({ ...good, ai_mark })?.ai_mark).toBe(ai_mark)
})

it('another ad begins with the fields of the last', () => {
  const ad = { ...fieldsOf({ ...good, ai_mark: false })!, ai_mark: false, ad_id: 'x', status: 'failed' }
  expect(draftOf(ad)).toEqual({ ...good, ai_mark: false })
})

it('the table is that of the API', () => {
  const api = JSON.parse(readFileSync(new URL('../../../internal/httpapi/openapi.json', import.meta.url), 'utf8'))
  const { properties, required } = api.components.schemas.UploadBody
  const names = Object.keys(properties).filter((name) => !name.startsWith('content_'))
  expect(table.map((f) => f.name).sort()).toEqual(names.sort())
  for (const field of table as readonly Field[]) {
    const property = properties[field.name]
    expect(required.includes(field.name), field.name).toBe(field.needed)
    if (field.kind === 'text') expect(property.maxLength).toBe(field.limit)
    if (field.kind === 'choice') expect(property.enum).toEqual(field.choices)
    if (field.kind === 'flag') expect(property).toMatchObject({ type: 'boolean', default: field.initial })
  }
})

it('what the form chooses at first is a choice', () => {
  for (const field of table) {
    if (field.kind !== 'choice') continue
    const first = emptyDraft[field.name]
    expect(first === '' || (field.choices as readonly string[]).includes(first)).toBe(true)
  }
})

/** The markup of a field of the form. */
const markup = (field: Field, value: string | boolean, fault?: string) =>
  renderToString(h(OwnerField, { field, value, fault, onChange: () => {} }))
const fieldOf = (name: string) => table.find((f) => f.name === name)!

describe('the form', () => {
  it('counts up to the limit of the table', () => {
    expect(markup(fieldOf('product_name'), '👩‍👩‍👧‍👦 가방')).toContain(texts.form.count(4, 100))
    const over = markup(fieldOf('ad_concept'), '가'.repeat(501))
    expect(over).toContain('count-over')
    expect(over).toContain(`>${texts.form.over(1)}<`)
    expect(over).toContain('<textarea')
  })

  it('offers the choices and suggestions of the table', () => {
    const radios = (html: string) => [...html.matchAll(/type="radio"[^>]*? value="([^"]*)"/g)].map((m) => m[1])
    for (const field of table) {
      if (field.kind === 'choice') expect(radios(markup(field, ''))).toEqual(field.choices)
      if ('suggested' in field) expect(radios(markup(field, ''))).toEqual(field.suggested)
    }
  })

  it('has a switch for the mark, with its reason and its fault', () => {
    const on = markup(fieldOf('ai_mark'), true, '다시 골라 주세요.')
    const input = /<input[^>]*>/.exec(on)![0]
    expect(input).toMatch(/ role="switch"/)
    expect(input).toMatch(/ checked/)
    expect(input).toMatch(/ aria-describedby="ai_mark-hint ai_mark-fault"/)
    expect(on).toContain('id="ai_mark-hint"')
    expect(on).toContain('id="ai_mark-fault"')
    expect(on).toContain(labelOf('ai_mark'))
    expect(/<input[^>]*>/.exec(markup(fieldOf('ai_mark'), false))![0]).not.toMatch(/ checked/)
  })
})

// What the table gets, the form asks for, counts, checks and sends.
describe('a field more', () => {
  const coupon: Field = { name: 'coupon', kind: 'text', label: '쿠폰', needed: false, limit: 20 }
  const fields = [...table, coupon]

  it('is empty at first, and may stay so', () => {
    expect(blank(fields).coupon).toBe('')
    expect(check({ ...good, ...blank([coupon]) }, true, fields)).toEqual({})
    const nameless = { ...fieldOf('product_name'), needed: false } as Field
    expect(check({ product_name: ' ' }, true, [nameless])).toEqual({})
  })
  it('is checked', () => {
    expect(check({ ...good, coupon: '9'.repeat(20) }, true, fields)).toEqual({})
    expect(check({ ...good, coupon: '9'.repeat(21) }, true, fields)).toEqual({ coupon: texts.fault.tooLong(20, 21) })
  })
  it('is sent as the server stores it', () => {
    expect(fieldsOf({ ...good, coupon: ' 첫\n주문' }, fields)).toEqual({ ...good, coupon: '첫 주문' })
  })
  it('is asked for with a counter, and said to be optional', () => {
    const html = markup(coupon, '첫 주문')
    expect(html).toContain(texts.form.count(4, 20))
    expect(html).toContain(texts.form.optional('쿠폰'))
    expect(html).toContain('name="coupon"')
  })
})
