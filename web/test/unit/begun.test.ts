import { describe, expect, it } from 'vitest'
import type { Api } from '../../src/api/client'
import { begun } from '../../src/app/begun'

/** An API that writes down what is asked, and answers with how often anything was. */
function counting() {
  const asked: string[] = []
  const answer = async (what: string) => {
    asked.push(what)
    return { ok: true, data: asked.length }
  }
  const api = {
    ad: (id: string) => answer(`ad ${id}`),
    list: (cursor: string | null) => answer(`list ${cursor}`),
  } as unknown as Api
  return { api, asked }
}

describe('what a page reads first', () => {
  it('is asked for before the page asks, and again for who asks again', async () => {
    const { api, asked } = counting()
    const page = begun(api, { page: 'result', adId: 'a' })
    expect(asked).toEqual(['ad a'])
    expect(await page.ad('a')).toEqual({ ok: true, data: 1 })
    expect(await page.ad('a')).toEqual({ ok: true, data: 2 })
    expect(asked).toEqual(['ad a', 'ad a'])
  })

  it('is that of the page alone', async () => {
    const { api, asked } = counting()
    const page = begun(api, { page: 'dashboard', number: 2, cursor: 'c' })
    expect(await page.list(null)).toEqual({ ok: true, data: 2 })
    expect(await page.list('c')).toEqual({ ok: true, data: 1 })
    expect(asked).toEqual(['list c', 'list null'])
    for (const route of [{ page: 'start' }, { page: 'account' }, { page: 'missing' }] as const) {
      const other = counting()
      begun(other.api, route)
      expect(other.asked).toEqual([])
    }
  })
})
