import { describe, expect, it } from 'vitest'
import { emptyDraft } from '../../src/ad/fields'
import { fileName } from '../../src/ad/filename'
import { scoreWord } from '../../src/ad/score'
import { duration, fileSize, kstDate, kstDateTime, monthName, roughly } from '../../src/ad/time'
import { problemOf, retryAfter } from '../../src/api/client'
import { hrefOf, routeOf, type Route } from '../../src/app/router'
import { parseDraft } from '../../src/keep/draft'
import { niceTop } from '../../src/pages/dashboard/scale'
import { picturesOf, previewDocument, withPicture } from '../../src/pages/result/preview'
import { texts } from '../../src/texts'

describe('fileName', () => {
  const cases: [product: string, name: string][] = [
    ['울 더플백', '울 더플백 광고.png'],
    ['\u110b\u116e\u11af\u00a0 더플백', '울 더플백 광고.png'],
    ['<img src=x onerror=alert(1)>', 'img srcx onerroralert(1) 광고.png'],
    ['../../etc/passwd', 'etcpasswd 광고.png'],
    ['a\u202egnp.exe', 'agnp.exe 광고.png'],
    ['CON', 'CON 광고.png'],
    ['...', '상품 광고.png'],
    ['🧴'.repeat(100), `${'🧴'.repeat(30)} 광고.png`],
    ['가'.repeat(100), `${'가'.repeat(40)} 광고.png`],
    ['가 '.repeat(100), `${'가 '.repeat(29)}가 광고.png`],
  ]
  it.each(cases)('%s', (product, name) => expect(fileName(product, 'png')).toBe(name))
})

describe('times', () => {
  it('are Korean, wherever the reader is', () => {
    expect(kstDateTime('2026-12-31T15:30:00Z')).toContain('2027년 1월 1일')
    expect(kstDateTime('2026-12-31T15:30:00Z')).toContain('12:30')
    expect(kstDate('2026-12-31T15:30:00Z', new Date('2027-06-01T00:00:00Z'))).toBe('1월 1일')
    expect(kstDate('2026-06-30T15:30:00Z', new Date('2027-06-01T00:00:00Z'))).toBe('2026년 7월 1일')
    expect(monthName('2026-01')).toBe('1월')
    expect(monthName('2026-11', true)).toBe('2026년 11월')
  })
  it.each([
    [0, '0초'],
    [59.4, '59초'],
    [60, '1분'],
    [150, '2분 30초'],
    [601, '10분'],
    [3600, '1시간'],
    [3900, '1시간 5분'],
    [-5, '0초'],
  ])('%d seconds last', (seconds, words) => expect(duration(seconds)).toBe(words))
  it.each([
    [0, '10초'],
    [14, '10초'],
    [58, '1분'],
    [100, '1분 30초'],
    [290, '5분'],
    [400, '7분'],
  ])('%d seconds are roughly', (seconds, words) => expect(roughly(seconds)).toBe(words))
  it.each([
    [300, '1KB'],
    [244_400, '244KB'],
    [4_560_000, '4.6MB'],
  ])('%d bytes', (bytes, words) => expect(fileSize(bytes)).toBe(words))
})

describe('scoreWord', () => {
  const score = { metric: 'clipscore', model: 'm', raw_cosine: 0.2, text: '' }
  const words = texts.result.scoreWords
  it.each([
    [0.49, words.low],
    [0.5, words.fair],
    [0.62, words.good],
    [0.9, words.great],
  ])('%d', (value, word) => expect(scoreWord({ ...score, value, stand_in: false })).toBe(word))
  it('judges no metric of an unknown range', () => {
    const other = { ...score, metric: 'siglip2', value: 0.1, stand_in: false }
    expect(scoreWord(other)).toBe(texts.result.scoreComparedWord)
  })
  it('judges no stand-in', () => {
    for (const value of [0.1, 0.9])
      expect(scoreWord({ ...score, value, stand_in: true })).toBe(texts.result.scoreStandInWord)
  })
})

describe('routeOf', () => {
  const id = '0198c0de-1234-7abc-8def-0123456789ab'
  const cases: [address: string, route: Route][] = [
    ['/', { page: 'start' }],
    ['/#make', { page: 'start', make: true }],
    [`/result/${id}`, { page: 'result', adId: id }],
    [`/result/${id}/`, { page: 'result', adId: id }],
    [`/result/${id}/x`, { page: 'missing' }],
    [`/result/${id.toUpperCase()}`, { page: 'missing' }],
    ['/result/', { page: 'missing' }],
    ['/result/..%2f..%2fapi', { page: 'missing' }],
    ['/dashboard', { page: 'dashboard', number: 1, cursor: null }],
    ['/dashboard?page=3&cursor=a%2Bb%3D', { page: 'dashboard', number: 3, cursor: 'a+b=' }],
    ['/dashboard?page=3', { page: 'dashboard', number: 1, cursor: null }],
    ['/dashboard?page=x&cursor=a', { page: 'dashboard', number: 1, cursor: null }],
    ['/nothing', { page: 'missing' }],
  ]
  it.each(cases)('%s', (address, route) => expect(routeOf(new URL(address, 'https://x.example'))).toEqual(route))
  it('finds back from every address it gives', () => {
    for (const [, route] of cases) {
      if (route.page !== 'missing') expect(routeOf(new URL(hrefOf(route), 'https://x.example'))).toEqual(route)
    }
  })
})

describe('a kept draft', () => {
  it.each([
    ['nothing', null],
    ['no JSON', '{'],
    ['another kind of value', '[1]'],
    ['null', 'null'],
    ['an untouched form', JSON.stringify({ product_name: '', target_gender: '전체' })],
  ])('is none from %s', (_, stored) => expect(parseDraft(stored)).toBeNull())
  it('takes texts and passes over the rest', () => {
    const kept = parseDraft(JSON.stringify({ product_name: '가방', target_age: 30, ai_mark: 'no', other: 'x' }))
    expect(kept).toMatchObject({ product_name: '가방', target_age: '', ai_mark: true })
    expect(parseDraft(JSON.stringify({ product_name: '가방', other: 'x' }))).not.toHaveProperty('other')
  })
  it('remembers a mark that was switched off, and no more', () => {
    expect(parseDraft(JSON.stringify({ ...emptyDraft, ai_mark: false }))).toEqual({ ...emptyDraft, ai_mark: false })
    // A draft from before the mark existed.
    expect(parseDraft(JSON.stringify({ product_name: '가방' }))).toMatchObject({ ai_mark: true })
  })
})

describe('problems', () => {
  it('keep what the API says', () => {
    const body = {
      status: 422,
      code: 'Request.Invalid',
      detail: '확인',
      errors: [{ field: 'product_name', detail: '짧게' }],
    }
    expect(problemOf(422, body)).toEqual(body)
  })
  it.each([
    ['a gateway', 502, { message: 'Internal server error' }],
    ['a proxy', 503, '<html>'],
    ['nothing', 500, undefined],
  ])('have words of our own from %s', (_, status, body) => {
    expect(problemOf(status, body)).toEqual({ status, code: '', detail: texts.fault.server, errors: [] })
  })
  it('call a throttle a throttle', () => expect(problemOf(429, {}).detail).toBe(texts.fault.busy))
  it.each([
    ['2', { retryAfter: 2 }],
    ['0', { retryAfter: 0 }],
    ['-1', {}],
    ['Fri, 31 Dec 1999 23:59:59 GMT', {}],
    [null, {}],
  ])('Retry-After: %s', (header, found) => expect(retryAfter(header)).toEqual(found))
})

describe('the preview', () => {
  const picture = '/api/images/0198.stage1.aB-_9'
  it('holds every address of the picture, and no other', () => {
    const others = `<img src="https://ads.example${picture}x"><a href="https://evil.example/">`
    const code = `<img src="https://ads.example${picture}"><div style="background:url('${picture}')">${others}`
    const shown = `<img src="data:$&"><div style="background:url('data:$&')">${others}`
    expect(withPicture(code, picture, 'data:$&')).toBe(shown)
  })
  it('knows every picture of the markup, once', () => {
    const logo = '/api/images/0198.logo.xyz'
    const code =
      `<img src="https://ads.example${picture}"><img src="${picture}"><img src="http://localhost:8890${logo}">` +
      `<div style="background:url('/api/images/b')"></div><a href="/api/images">`
    expect(picturesOf(code)).toEqual([picture, logo, '/api/images/b'])
  })
  it('forbids everything before the markup begins', () => {
    const page = previewDocument('<p>광고</p>')
    expect(page).toMatch(
      /default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'/,
    )
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<p>'))
  })
})

it.each([
  [0, 2],
  [2, 2],
  [3, 4],
  [7, 8],
  [9, 10],
  [12, 20],
  [41, 50],
  [85, 100],
  [101, 200],
])('niceTop of %d', (most, top) => expect(niceTop(most)).toBe(top))
