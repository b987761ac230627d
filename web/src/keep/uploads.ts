import type { Upload, OnProgress } from '../api/send'
import type { Uploading } from '../api/client'
import type { Kept, Photos } from './photos'
import { within } from './within'

/** How an upload to the bucket stands. */
export type UploadState =
  | { phase: 'sending'; percent: number }
  | { phase: 'sent' }
  | { phase: 'unreachable' } // may be tried again
  | { phase: 'refused' } // cannot

type Send = (to: Uploading['upload'], photo: Blob, onProgress: OnProgress) => Promise<Upload>

/** Waits between the tries of an upload that the bucket asks to be sent again; then the owner is asked. */
const pauses = [1_000, 4_000]

/** Runs a task while no other tab runs one of the same name. */
export type Lock = (name: string, task: () => Promise<void>) => Promise<void>

/**
 * The uploads of this tab. They belong to no page, so that one may go from the
 * form to the ad's own page, or to the dashboard, while the photo is on its way.
 */
export class Uploads {
  readonly #states = new Map<string, UploadState>()
  /** What this tab has not sent yet: it can be sent again though the browser keeps nothing. */
  readonly #unsent = new Map<string, { kept: Omit<Kept, 'keptAt'>; to: Uploading['upload'] }>()
  readonly #listeners = new Set<() => void>()
  readonly #photos: Photos
  readonly #send: Send
  readonly #lock: Lock
  readonly #pause: (ms: number) => Promise<void>

  constructor(photos: Photos, send: Send, lock: Lock, pause = sleep) {
    this.#photos = photos
    this.#send = send
    this.#lock = lock
    this.#pause = pause
  }

  /** The state of an ad's upload, undefined when this tab knows of none. */
  of(adId: string): UploadState | undefined {
    return this.#states.get(adId)
  }

  /** Whether leaving now would interrupt an upload. */
  get busy(): boolean {
    return [...this.#states.values()].some((s) => s.phase === 'sending')
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Takes up an upload that was begun here and has not ended: in this tab, or in
   * one that was closed. False when there is none.
   */
  async resume(adId: string): Promise<boolean> {
    const state = this.of(adId)
    if (state?.phase === 'sending' || state?.phase === 'sent') return true
    const unsent = this.#unsent.get(adId)
    if (unsent) {
      void this.start(unsent.kept, unsent.to)
      return true
    }
    const kept = await this.#photos.get(adId)
    if (!kept?.upload) return false
    void this.start(kept, kept.upload)
    return true
  }

  /**
   * Sends a photo and remembers it until it has been sent. Keeping it is not waited
   * for: a browser that keeps nothing sends all the same.
   */
  async start(kept: Omit<Kept, 'keptAt'>, to: Uploading['upload']): Promise<void> {
    const adId = kept.key
    if (this.of(adId)?.phase === 'sending') return
    this.#set(adId, { phase: 'sending', percent: 0 })
    this.#unsent.set(adId, { kept, to })
    void this.#photos.put({ ...kept, upload: to })
    await this.#lock(`nanococoa.upload.${adId}`, async () => {
      let outcome = await this.#try(kept, to)
      for (const pause of pauses) {
        if (outcome !== 'again') break
        await this.#pause(pause)
        outcome = await this.#try(kept, to)
      }
      if (outcome === 'again') outcome = 'unreachable'
      // A refused upload is refused for ever; its photo stays for "the same again".
      if (outcome !== 'unreachable') {
        this.#unsent.delete(adId)
        void this.#photos.put({ key: adId, photo: kept.photo })
      }
      this.#set(adId, { phase: outcome })
    })
  }

  #try({ key, photo }: Omit<Kept, 'keptAt'>, to: Uploading['upload']): Promise<Upload> {
    return this.#send(to, photo.blob, (share) => {
      this.#set(key, { phase: 'sending', percent: Math.min(99, Math.floor(share * 100)) })
    })
  }

  #set(adId: string, state: UploadState): void {
    this.#states.set(adId, state)
    for (const listener of this.#listeners) listener()
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** How long another tab is waited for. It may be frozen; a photo sent twice does no harm. */
const othersTurn = 30_000

/** One tab at a time by the Web Locks API; a browser without it takes the risk. */
export const tabLock: Lock = async (name, task) => {
  if (!('locks' in navigator)) return task()
  let begun: Promise<void> | undefined
  const ended = navigator.locks.request(name, () => (begun ??= task()))
  await within(othersTurn, ended).catch(() => {})
  return (begun ??= task())
}
