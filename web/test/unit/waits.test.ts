import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { outcomeOf, type Upload } from '../../src/api/send'
import { openPhotos } from '../../src/keep/photos'
import { tabLock, Uploads } from '../../src/keep/uploads'
import { deadline, Late, within } from '../../src/keep/within'
import { order } from '../../src/pages/start/order'
import type { Fields } from '../../src/ad/fields'
import type { Photo } from '../../src/photo/photo'

// Nothing that an owner waits for waits for ever, whatever the browser does.

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const never = new Promise<never>(() => {})
const photo: Photo = { blob: new Blob(['x'.repeat(5e6)]), kind: 'image/png', size: null, was: null, converted: false }
const to = { url: 'https://bucket.example', fields: { key: 'k' } }
const silent = { get: () => never, put: () => never, remove: () => never }

describe('within', () => {
  it('gives what comes in time, and what fails in time', async () => {
    await expect(within(10, Promise.resolve('here'))).resolves.toBe('here')
    await expect(within(10, Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(vi.getTimerCount()).toBe(0)
  })
  it('gives up on what does not come', async () => {
    const late = expect(within(10, never)).rejects.toThrow(Late)
    await vi.advanceTimersByTimeAsync(10)
    await late
  })
})

describe('deadline', () => {
  it('aborts by itself', async () => {
    const signal = deadline(10)
    await vi.advanceTimersByTimeAsync(9)
    expect(signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(signal.aborted).toBe(true)
  })
  it.each(['before', 'after'])('aborts with another that aborts %s', (when) => {
    const other = new AbortController()
    if (when === 'before') other.abort()
    const signal = deadline(10, other.signal)
    if (when === 'after') other.abort()
    expect(signal.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a drawer of photos', () => {
  const drawers: [name: string, soon: number, open: () => Partial<IDBOpenDBRequest>][] = [
    ['that never answers', 10_000, () => ({})],
    [
      'that another tab blocks',
      0,
      () => {
        const request: Partial<IDBOpenDBRequest> = {}
        queueMicrotask(() => request.onblocked?.call(request as IDBOpenDBRequest, {} as IDBVersionChangeEvent))
        return request
      },
    ],
    [
      'that is forbidden',
      0,
      () => {
        throw new DOMException('not here', 'SecurityError')
      },
    ],
  ]
  it.each(drawers)('%s keeps nothing, and says so soon', async (_, soon, open) => {
    vi.stubGlobal('indexedDB', { open })
    const photos = openPhotos()
    const done = vi.fn()
    void Promise.all([photos.get('draft'), photos.put({ key: 'draft', photo }), photos.remove('draft')]).then(done)
    await vi.advanceTimersByTimeAsync(soon)
    expect(done).toHaveBeenCalledWith([null, undefined, undefined])
  })
})

describe('without a drawer that answers', () => {
  it('a small order gives its ad at once', async () => {
    class Sent {
      upload = {}
      status = 202
      responseText = '{"ad_id":"ad"}'
      onload = () => {}
      open() {}
      setRequestHeader() {}
      getResponseHeader = () => null
      send() {
        queueMicrotask(() => this.onload())
      }
    }
    vi.stubGlobal('XMLHttpRequest', Sent)
    const site = { photos: silent } as unknown as Parameters<typeof order>[0]
    const small = { ...photo, blob: new Blob(['x']) }
    const done = vi.fn()
    void order(site, {} as Fields, small, 'key', () => {}).then(done)
    await vi.advanceTimersByTimeAsync(0)
    expect(done).toHaveBeenCalledWith({ ok: true, data: 'ad' })
  })
  it('an order is sent and gives its ad', async () => {
    const sent: string[] = []
    const uploads = new Uploads(silent, async (t) => (sent.push(t.url), 'sent'), (_, task) => task())
    const api = { upload: async () => ({ ok: true as const, data: { ad_id: 'ad', upload: to } }) }
    const site = { api, photos: silent, uploads } as unknown as Parameters<typeof order>[0]
    expect(await order(site, {} as Fields, photo, 'key', () => {})).toEqual({ ok: true, data: 'ad' })
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual([to.url])
    expect(uploads.of('ad')).toEqual({ phase: 'sent' })
  })
  it('an upload that was cut off is sent again from this tab', async () => {
    const outcomes: Upload[] = ['unreachable', 'sent']
    const uploads = new Uploads(silent, async () => outcomes.shift()!, (_, task) => task())
    await uploads.start({ key: 'ad', photo }, to)
    expect(uploads.of('ad')).toEqual({ phase: 'unreachable' })
    expect(await uploads.resume('ad')).toBe(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(uploads.of('ad')).toEqual({ phase: 'sent' })
  })
})

describe('another tab', () => {
  it('is waited for, but not for ever', async () => {
    vi.stubGlobal('navigator', { locks: { request: () => never } })
    let runs = 0
    const done = tabLock('upload', async () => void runs++)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(runs).toBe(0)
    await vi.advanceTimersByTimeAsync(20_000)
    await done
    expect(runs).toBe(1)
  })
  it('that is there lets the task run once, however long it takes', async () => {
    vi.stubGlobal('navigator', { locks: { request: (_: string, run: () => Promise<void>) => run() } })
    let runs = 0
    const done = tabLock('upload', async () => {
      runs++
      await new Promise((resolve) => setTimeout(resolve, 300_000))
    })
    await vi.advanceTimersByTimeAsync(300_000)
    await done
    expect(runs).toBe(1)
  })
})

describe('what the bucket answers', () => {
  const xml = (code: string) => `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>…</Message></Error>`
  const cases: [name: string, status: number, body: string, outcome: Upload][] = [
    ['taken', 204, '', 'sent'],
    ['created', 201, '<PostResponse/>', 'sent'],
    ['a slow upload', 400, xml('RequestTimeout'), 'again'],
    ['a slow upload, of a proxy', 408, '', 'again'],
    ['cut off', 400, xml('IncompleteBody'), 'again'],
    ['harmed on its way', 400, xml('BadDigest'), 'again'],
    ['too much at once', 503, xml('SlowDown'), 'again'],
    ['too much at once, without a code', 429, '', 'again'],
    ['a fault of its own', 500, xml('InternalError'), 'again'],
    ['two at once', 409, xml('OperationAborted'), 'again'],
    ['expired', 403, xml('AccessDenied'), 'refused'],
    ['too large', 400, xml('EntityTooLarge'), 'refused'],
    ['another length', 400, xml('EntityTooSmall'), 'refused'],
    ['a page of a hotel', 403, '<html>Log in</html>', 'unreachable'],
    ['a redirect that leads nowhere', 302, '', 'unreachable'],
  ]
  it.each(cases)('%s', (_, status, body, outcome) => expect(outcomeOf(status, body)).toBe(outcome))

  it('is asked again by itself, and after three tries by the owner', async () => {
    let tries = 0
    const pauses: number[] = []
    const pause = async (ms: number) => void pauses.push(ms)
    const uploads = new Uploads(silent, async () => (tries++, 'again'), (_, task) => task(), pause)
    await uploads.start({ key: 'ad', photo }, to)
    expect(tries).toBe(3)
    expect(pauses).toEqual([1_000, 4_000])
    expect(uploads.of('ad')).toEqual({ phase: 'unreachable' })
  })
})
