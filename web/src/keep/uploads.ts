import type { Upload, OnProgress } from '../api/send'
import type { Uploading } from '../api/client'
import type { Kept, Photos } from './photos'

/** How an upload to the bucket stands. */
export type UploadState =
  | { phase: 'sending'; percent: number }
  | { phase: 'sent' }
  | { phase: 'unreachable' } // may be tried again
  | { phase: 'refused' } // cannot

type Send = (to: Uploading['upload'], photo: Blob, onProgress: OnProgress) => Promise<Upload>

/** Runs a task while no other tab runs one of the same name. */
export type Lock = (name: string, task: () => Promise<void>) => Promise<void>

/**
 * The uploads of this tab. They belong to no page, so that one may go from the
 * form to the ad's own page, or to the dashboard, while the photo is on its way.
 */
export class Uploads {
  readonly #states = new Map<string, UploadState>()
  readonly #listeners = new Set<() => void>()
  readonly #photos: Photos
  readonly #send: Send
  readonly #lock: Lock

  constructor(photos: Photos, send: Send, lock: Lock) {
    this.#photos = photos
    this.#send = send
    this.#lock = lock
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
    const kept = await this.#photos.get(adId)
    if (!kept?.upload) return false
    void this.start(kept, kept.upload)
    return true
  }

  /** Sends a photo and remembers it until it has been sent. */
  async start(kept: Omit<Kept, 'keptAt'>, to: Uploading['upload']): Promise<void> {
    const adId = kept.key
    if (this.of(adId)?.phase === 'sending') return
    this.#set(adId, { phase: 'sending', percent: 0 })
    await this.#photos.put({ ...kept, upload: to })
    await this.#lock(`nanococoa.upload.${adId}`, async () => {
      const outcome = await this.#send(to, kept.photo.blob, (share) => {
        this.#set(adId, { phase: 'sending', percent: Math.min(99, Math.floor(share * 100)) })
      })
      // A refused upload is refused for ever; its photo stays for "the same again".
      if (outcome !== 'unreachable') await this.#photos.put({ key: adId, photo: kept.photo })
      this.#set(adId, { phase: outcome })
    })
  }

  #set(adId: string, state: UploadState): void {
    this.#states.set(adId, state)
    for (const listener of this.#listeners) listener()
  }
}

/** One tab at a time by the Web Locks API; a browser without it takes the risk. */
export const tabLock: Lock = (name, task) =>
  'locks' in navigator ? navigator.locks.request(name, () => task()).then(() => {}) : task()
