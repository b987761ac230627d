import { describe, expect, it } from 'vitest'
import type { Upload } from '../../src/api/send'
import type { Kept, Photos } from '../../src/keep/photos'
import { Uploads, type Lock, type UploadState } from '../../src/keep/uploads'
import type { Photo } from '../../src/photo/photo'

const photo = {
  blob: new Blob(['x']),
  kind: 'image/png',
  size: { width: 1, height: 1 },
  was: null,
  converted: false,
} satisfies Photo
const to = { url: 'https://bucket.example', fields: { key: 'k' } }
const freely: Lock = (_, task) => task()

function drawer(...kept: Omit<Kept, 'keptAt'>[]): Photos & { all: Map<string, Kept> } {
  const all = new Map(kept.map((k) => [k.key, { ...k, keptAt: 0 }]))
  return {
    all,
    get: async (key) => all.get(key) ?? null,
    put: async (k) => void all.set(k.key, { ...k, keptAt: 0 }),
    remove: async (key) => void all.delete(key),
  }
}

describe('an upload', () => {
  const cases: [outcome: Upload, last: UploadState, kept: boolean][] = [
    ['sent', { phase: 'sent' }, false],
    ['refused', { phase: 'refused' }, false],
    ['unreachable', { phase: 'unreachable' }, true],
  ]
  it.each(cases)('that is %s', async (outcome, last, stillToSend) => {
    const photos = drawer()
    const seen: (UploadState | undefined)[] = []
    const uploads = new Uploads(
      photos,
      async (_, __, onProgress) => {
        expect(photos.all.get('ad')?.upload).toEqual(to) // can be taken up again from now on
        expect(uploads.busy).toBe(true)
        onProgress(0.5)
        onProgress(1)
        return outcome
      },
      freely,
    )
    uploads.subscribe(() => seen.push(uploads.of('ad')))
    await uploads.start({ key: 'ad', photo }, to)
    expect(seen).toEqual([
      { phase: 'sending', percent: 0 },
      { phase: 'sending', percent: 50 },
      { phase: 'sending', percent: 99 },
      last,
    ])
    expect(uploads.busy).toBe(false)
    expect(photos.all.get('ad')?.upload !== undefined).toBe(stillToSend)
    expect(photos.all.get('ad')?.photo).toBe(photo)
  })

  it('is taken up from what a closed tab left', async () => {
    const sent: string[] = []
    const uploads = new Uploads(
      drawer({ key: 'ad', photo, upload: to }),
      async (t) => (sent.push(t.url), 'sent'),
      freely,
    )
    expect(await uploads.resume('ad')).toBe(true)
    await new Promise((resolve) => setTimeout(resolve))
    expect(sent).toEqual([to.url])
    expect(uploads.of('ad')).toEqual({ phase: 'sent' })
  })

  it('is not taken up where there is none, or none any more', async () => {
    const send = () => Promise.reject(new Error('sent all the same'))
    expect(await new Uploads(drawer(), send, freely).resume('ad')).toBe(false)
    expect(await new Uploads(drawer({ key: 'ad', photo }), send, freely).resume('ad')).toBe(false)
  })

  it('is not begun twice in one tab', async () => {
    let sends = 0
    let finish = (_: Upload) => {}
    const uploads = new Uploads(drawer(), () => (sends++, new Promise((resolve) => (finish = resolve))), freely)
    const first = uploads.start({ key: 'ad', photo }, to)
    await uploads.start({ key: 'ad', photo }, to)
    expect(await uploads.resume('ad')).toBe(true)
    await new Promise((resolve) => setTimeout(resolve))
    finish('sent')
    await first
    expect(sends).toBe(1)
  })

  it('waits for another tab, by a lock of its own name', async () => {
    const names: string[] = []
    const uploads = new Uploads(
      drawer(),
      async () => 'sent',
      async (name, task) => (names.push(name), task()),
    )
    await uploads.start({ key: 'a', photo }, to)
    await uploads.start({ key: 'b', photo }, to)
    expect(new Set(names).size).toBe(2)
  })
})
