import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ages, check, count, emptyDraft, fieldsOf, genders, limits, normalize, placeOf, type Draft } from '../../src/ad/fields'

const good: Draft = {
  product_name: '울 더플백',
  product_category: '의류',
  target_age: '30대',
  target_gender: '여성',
  ad_concept: '주말 여행을 떠나는 설레는 아침',
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

it('limits and choices are those of the API', () => {
  const api = JSON.parse(readFileSync(new URL('../../../internal/httpapi/openapi.json', import.meta.url), 'utf8'))
  const properties = api.components.schemas.UploadBody.properties
  for (const [field, limit] of Object.entries(limits)) expect(properties[field].maxLength).toBe(limit)
  expect(properties.target_age.enum).toEqual(ages)
  expect([...properties.target_gender.enum].sort()).toEqual([...genders].sort())
})
