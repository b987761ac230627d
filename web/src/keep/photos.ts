import type { Uploading } from '../api/client'
import type { Photo } from '../photo/photo'
import { within } from './within'

/** A photo kept in this browser: the draft's, or that of an ad made here. */
export interface Kept {
  /** "draft" or an ad's id. */
  key: string
  photo: Photo
  keptAt: number
  /** Where it must still be sent, while its upload has not ended. */
  upload?: Uploading['upload']
}

export const draftKey = 'draft'

/**
 * Photos are kept so that a draft survives its tab, an upload can be taken up
 * again and "the same again" needs no second search for the photo: the last few,
 * for a week.
 */
const most = 6
const longest = 7 * 24 * 3600_000

/** Whether one kept photo, of those given newest first, is kept any longer. */
export function stays(kept: Pick<Kept, 'keptAt'>, place: number, now: number): boolean {
  return place < most && now - kept.keptAt < longest
}

/**
 * How long IndexedDB may take for one thing. A photo of 20 MB takes a slow phone
 * about one second; who waits longer waits for a browser that never answers.
 */
const patience = 3_000

/**
 * A drawer of photos in IndexedDB. Nothing here fails and nothing takes longer
 * than a few seconds: a browser that refuses (private windows, full disks) or that
 * does not answer (some web views) just keeps nothing.
 */
export interface Photos {
  get(key: string): Promise<Kept | null>
  put(kept: Omit<Kept, 'keptAt'>): Promise<void>
  remove(key: string): Promise<void>
}

export function openPhotos(): Photos {
  let opened: Promise<IDBDatabase> | null = null
  const open = () =>
    (opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('nanococoa', 1)
      request.onupgradeneeded = () => request.result.createObjectStore('photos', { keyPath: 'key' })
      request.onsuccess = () => {
        // A later version of the site may want to change the drawer.
        request.result.onversionchange = () => request.result.close()
        resolve(request.result)
      }
      request.onerror = () => reject(request.error)
      request.onblocked = () => reject(new Error('another tab holds an older drawer open'))
    }))

  const run = async <T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> => {
    try {
      return await within(
        patience,
        open().then((db) => promised(act(db.transaction('photos', mode).objectStore('photos')))),
      )
    } catch {
      return null
    }
  }

  return {
    async get(key) {
      return (await run<Kept | undefined>('readonly', (s) => s.get(key))) ?? null
    },
    async put(kept) {
      const now = Date.now()
      await run('readwrite', (s) => s.put({ ...kept, keptAt: now } satisfies Kept))
      const all = (await run<Kept[]>('readonly', (s) => s.getAll())) ?? []
      all.sort((a, b) => b.keptAt - a.keptAt)
      for (const [place, one] of all.entries()) {
        if (!stays(one, place, now)) await run('readwrite', (s) => s.delete(one.key))
      }
    },
    async remove(key) {
      await run('readwrite', (s) => s.delete(key))
    },
  }
}

function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
