import { describe, expect, it, vi } from 'vitest'
import type { Answer, Export, Problem } from '../../src/api/client'
import { arrivalOf, signInHref } from '../../src/app/account'
import { makeCopy, type Copy } from '../../src/pages/account/copy'
import { texts } from '../../src/texts'

const words = texts.account

describe('who comes back from the issuer', () => {
  it.each([
    ['', null],
    ['?page=2&cursor=x', null],
    ['?signed_in=1&moved=3', { toast: words.moved(3), search: '' }],
    ['?signed_in=1&moved=0', { toast: words.signedIn, search: '' }],
    ['?signed_in=1', { toast: words.signedIn, search: '' }],
    ['?signed_in=1&moved=<b>', { toast: words.signedIn, search: '' }],
    ['?page=2&cursor=a%2Bb&signed_in=1&moved=1', { toast: words.moved(1), search: '?page=2&cursor=a%2Bb' }],
  ])('%s', (search, want) => {
    const got = arrivalOf(search)
    expect(got && { toast: got.arrival.toast, search: got.search }).toEqual(want)
    expect(got?.arrival.notice).toBeUndefined()
  })
  it.each([
    ['Account.Refused', words.fault['Account.Refused']],
    ['Account.Expired', words.fault['Account.Expired']],
    ['Account.Unavailable', words.fault['Account.Unavailable']],
    ['Something.Else', words.fault.other],
    ['constructor', words.fault.other], // a name of every object
    ['', words.fault.other],
  ])('is told what went wrong: %s', (code, text) => {
    const got = arrivalOf(`?sign_in=${code}`)
    expect(got).toEqual({ arrival: { notice: { text, bad: true, signIn: true } }, search: '' })
  })
  it('comes back to the page where the sign-in began, and not to what was told there', () => {
    const href = signInHref('Cognito', { pathname: '/dashboard', search: '?page=2&cursor=x&sign_in=Account.Refused' })
    const url = new URL(href, 'https://ads.example')
    expect(url.pathname).toBe('/api/account/login')
    expect(url.searchParams.get('provider')).toBe('Cognito')
    expect(url.searchParams.get('return_to')).toBe('/dashboard?page=2&cursor=x')
  })
})

describe('a copy of everything', () => {
  const making = (done: number): Answer<Export> => ({
    ok: true,
    data: { status: 'making', done, total: 5, url: null, bytes: null, ends_at: null },
    retryAfter: 1,
  })
  const ready: Answer<Export> = {
    ok: true,
    data: { status: 'ready', done: 5, total: 5, url: 'https://bucket.example/x', bytes: 9, ends_at: null },
  }
  const failing = (status: number, retryAfter?: number): Answer<Export> => {
    const problem: Problem = { status, code: 'x', detail: `${status}`, errors: [] }
    return { ok: false, problem, ...(retryAfter ? { retryAfter } : {}) }
  }
  const run = async (answers: Answer<Export>[]) => {
    const told: Copy[] = []
    const waits: number[] = []
    const left = [...answers]
    const call = () => {
      const next = left.shift()
      if (!next) throw new Error('one call too many')
      return Promise.resolve(next)
    }
    await makeCopy(call, (c) => told.push(c), (s) => (waits.push(s), Promise.resolve()), new AbortController().signal)
    return { states: told.map((c) => (c.state === 'making' ? c.done : c.state)), waits, left: left.length }
  }

  it.each<[what: string, answers: Answer<Export>[], states: (number | string)[], waits: number[]]>([
    ['is there at once', [ready], ['ready'], []],
    ['tells each piece', [making(1), making(4), ready], [1, 4, 'ready'], [1, 1]],
    ['goes on after a fault that passes', [making(1), failing(503), failing(0), ready], [1, 'ready'], [1, 2, 4]],
    ['waits as long as the server says', [failing(429, 30), ready], ['ready'], [30]],
    ['does not wait for hours', [failing(429, 3600)], ['failed'], []],
    ['gives up when nothing helps', [failing(0), failing(0), failing(0)], ['failed'], [2, 4]],
    ['does not repeat what is refused', [failing(403)], ['failed'], []],
  ])('%s', async (_, answers, states, waits) => {
    expect(await run(answers)).toEqual({ states, waits, left: 0 })
  })

  it('ends with the page', async () => {
    const end = new AbortController()
    const tell = vi.fn()
    const call = vi.fn(() => (end.abort(), Promise.resolve(making(1))))
    await makeCopy(call, tell, () => Promise.resolve(), end.signal)
    expect(call).toHaveBeenCalledTimes(1)
    expect(tell).not.toHaveBeenCalled()
  })
})
