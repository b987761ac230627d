import { describe, expect, it } from 'vitest'
import { kstDateTime } from '../../src/ad/time'
import type { Answer, Uploading } from '../../src/api/client'
import { directLimit } from '../../src/api/send'
import { order, refusal } from '../../src/pages/start/order'
import type { Photo } from '../../src/photo/photo'
import { texts } from '../../src/texts'

const photo = { blob: { size: directLimit + 1 } as Blob, kind: 'image/png' } as Photo
const fields = {} as Parameters<typeof order>[1]
const taken: Answer<Uploading> = {
  ok: true,
  data: { ad_id: 'ad', status_url: '/api/ads/ad', upload: { url: 'https://bucket.example', fields: {} }, warnings: [] },
}
const refused = (status: number, code: string, retryAfter?: number): Answer<Uploading> => ({
  ok: false,
  problem: { status, code, detail: `${code}입니다.`, errors: [] },
  ...(retryAfter ? { retryAfter } : {}),
})

/** Orders from an API that gives these answers, and tells by which keys it was asked. */
async function ordered(...answers: Answer<Uploading>[]) {
  const keys: string[] = []
  const site = {
    api: {
      upload: async (_: unknown, key: string) => {
        keys.push(key)
        return answers.shift()!
      },
    },
    photos: {},
    uploads: { start: async () => {} },
  } as unknown as Parameters<typeof order>[0]
  return { outcome: await order(site, fields, photo, 'key', () => {}), keys }
}

describe('an order', () => {
  it('by a browser without a cookie, or with a new account, is sent again, once, by the same key', async () => {
    const signedIn = await ordered(refused(409, 'Account.Changed'), taken)
    expect(signedIn).toEqual({ outcome: { ok: true, data: 'ad' }, keys: ['key', 'key'] })
    const once = await ordered(refused(400, 'Request.NoCookie'), taken)
    expect(once).toEqual({ outcome: { ok: true, data: 'ad' }, keys: ['key', 'key'] })
    const never = await ordered(refused(400, 'Request.NoCookie'), refused(400, 'Request.NoCookie'))
    expect(never.keys).toHaveLength(2)
    expect(never.outcome).toMatchObject({ ok: false, problem: { code: 'Request.NoCookie' } })
  })

  it('beyond a limit is not sent again, and says when', async () => {
    const { outcome, keys } = await ordered(refused(429, 'Limit.Reached', 1200))
    expect(keys).toHaveLength(1)
    expect(outcome).toMatchObject({ ok: false, retryAfter: 1200 })
  })
})

describe('a refusal', () => {
  const noon = new Date('2026-11-28T03:00:00Z')
  const later = kstDateTime('2026-11-28T03:20:00Z')
  const said = (status: number, code: string, retryAfter?: number) =>
    refusal(refused(status, code, retryAfter) as Parameters<typeof refusal>[0], noon)
  it.each([
    ['a limit', said(429, 'Limit.Reached', 1200), `Limit.Reached입니다. ${texts.fault.again(later)}`],
    ['a limit without a time', said(429, 'Limit.Reached'), 'Limit.Reached입니다.'],
    ['too many that wait', said(429, 'Ad.TooManyWaiting', 60), 'Ad.TooManyWaiting입니다.'],
    ['no cookie', said(400, 'Request.NoCookie'), 'Request.NoCookie입니다.'],
    ['a gateway', said(502, ''), `입니다. ${texts.fault.kept}`],
    ['nobody', said(0, 'Network'), `Network입니다. ${texts.fault.kept}`],
  ])('by %s', (_, words, want) => expect(words).toBe(want))
})
