import { useEffect, useState } from 'preact/hooks'
import { current, steps } from '../../ad/steps'
import { duration, roughly } from '../../ad/time'
import type { Ad, Problem } from '../../api/client'
import { useSite, useUploads } from '../../app/site'
import type { UploadState } from '../../keep/uploads'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import { askToNotify, notifyState } from '../../watch/notify'
import { makeAgain } from './again'
import { Steps } from './steps'
import { Warnings } from './warnings'

/** After this many seconds an ad without an expected time is called late. */
const usual = 240

/** An ad that is being made. `problem` is why the last look failed. */
export function Making({ ad, problem }: { ad: Ad; problem: Problem | null }) {
  const site = useSite()
  const words = texts.making
  const uploads = useUploads()
  const list = steps(ad)
  const now = current(list)
  const waiting = ad.status === 'queued' && !now
  const spoken = now ? words.step[now.key].name : waiting ? words.waiting : ''

  // The steps are told as they come; a percentage that ticks would only be noise.
  useEffect(() => {
    if (spoken) site.announce(now ? `${spoken}: ${words.state.running}` : spoken)
  }, [spoken])

  return (
    <div class="wide making">
      <Picture ad={ad} still={ad.status === 'awaiting_upload' && uploads.of(ad.ad_id)?.phase !== 'sending'} />
      <div class="making-words">
        <h1 tabIndex={-1}>
          {ad.status === 'awaiting_upload' ? uploadTitle(uploads.of(ad.ad_id)) : waiting ? words.waiting : words.title}
        </h1>
        <p class="making-product owners">{ad.product_name}</p>
        {ad.status === 'awaiting_upload' ? <Uploading ad={ad} /> : <Progress ad={ad} />}
        <Warnings ad={ad} />
        {problem && (
          <p class="note" role="status">
            {words.reconnecting}
          </p>
        )}
        <Steps steps={list} />
        {ad.status !== 'awaiting_upload' && <p class="soft">{words.keep}</p>}
        <Notify />
      </div>
    </div>
  )
}

/** What is the case with the photo, by its upload in this tab. */
function uploadTitle(state: UploadState | undefined): string {
  const words = texts.making
  switch (state?.phase) {
    case 'sending':
    case 'sent':
      return words.uploading
    case 'unreachable':
    case 'refused':
      return words.uploadFailed
    case undefined:
      return words.uploadLost
  }
}

/**
 * The newest picture there is. Before the server has one it is the owner's own
 * photo, if it was chosen in this browser.
 */
function Picture({ ad, still }: { ad: Ad; still: boolean }) {
  const words = texts.making
  const own = useOwnPhoto(ad.thumbnail_url ? null : ad.ad_id)
  const made = ad.stage2_url ?? ad.stage1_url
  if (made) {
    const alt = ad.stage2_url ? texts.result.alt(ad.product_name, ad.main_copy ?? '', ad.sub_copy ?? '') : words.scene
    return (
      <figure class="making-picture" data-kind="scene">
        <img key={made} class="arrive" src={made} alt={alt} width="1024" height="1024" />
        <figcaption>{ad.stage2_url ? words.finalNote : words.sceneNote}</figcaption>
      </figure>
    )
  }
  return (
    <figure class="making-picture" data-kind="product">
      {ad.thumbnail_url ? (
        <img
          key={ad.thumbnail_url}
          class="arrive"
          src={ad.thumbnail_url}
          alt={words.product}
          width="480"
          height="480"
        />
      ) : own ? (
        <img src={own} alt={words.own} width="480" height="480" />
      ) : (
        <span class="making-empty">
          <Icon name="picture" />
          <span class="hidden">{words.noPicture}</span>
        </span>
      )}
      {!still && <span class="shimmer" aria-hidden="true" />}
    </figure>
  )
}

/** The address of the photo that this browser keeps of an ad, null while or when there is none. */
function useOwnPhoto(adId: string | null): string | null {
  const { photos } = useSite()
  const [address, setAddress] = useState<string | null>(null)
  useEffect(() => {
    if (adId === null) return
    let mine: string | null = null
    let here = true
    void photos.get(adId).then((kept) => {
      if (kept?.photo.size && here) setAddress((mine = URL.createObjectURL(kept.photo.blob)))
    })
    return () => {
      here = false
      setAddress(null)
      if (mine) URL.revokeObjectURL(mine)
    }
  }, [photos, adId])
  return address
}

function Progress({ ad }: { ad: Ad }) {
  const words = texts.making
  const { percent, queue_position, eta_seconds, stalled } = ad.progress
  const begun = Math.min(...ad.progress.steps.map((s) => (s.started_at ? Date.parse(s.started_at) : Infinity)))
  const elapsed = useElapsed(Number.isFinite(begun) ? begun : null)
  return (
    <div class="making-progress">
      <progress class="progress" max={100} value={percent} aria-label={words.steps} />
      <p class="making-figures">
        <strong>{words.percent(percent)}</strong>
        {queue_position !== null && <span>{words.queue(queue_position)}</span>}
        {stalled ? null : eta_seconds !== null ? (
          <span>{words.eta(roughly(eta_seconds))}</span>
        ) : elapsed !== null && elapsed > usual ? (
          <span>{words.late}</span>
        ) : (
          <span>{words.usual}</span>
        )}
        {elapsed !== null && <span>{words.elapsed(duration(elapsed))}</span>}
      </p>
      <div role="status">{stalled && <p class="note">{words.stalled}</p>}</div>
    </div>
  )
}

/** Seconds since a moment, kept current; null without one. */
function useElapsed(since: number | null): number | null {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const id = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(id)
  }, [])
  // The clock of a phone may be behind the server's.
  return since === null ? null : Math.max(0, (now - since) / 1000)
}

/** The photo on its way to the bucket. */
function Uploading({ ad }: { ad: Ad }) {
  const site = useSite()
  const uploads = useUploads()
  const words = texts.making
  const state = uploads.of(ad.ad_id)
  const [lost, setLost] = useState(false)

  useEffect(() => {
    void uploads.resume(ad.ad_id).then((found) => setLost(!found))
  }, [uploads, ad.ad_id])

  const again = (
    <button class="button button-main" onClick={() => void makeAgain(site, ad)}>
      {texts.result.another}
    </button>
  )
  if (!state) {
    if (!lost) return <progress class="progress" aria-label={words.uploading} />
    return (
      <div class="note">
        <p>{words.uploadLostNote}</p>
        {again}
      </div>
    )
  }
  switch (state.phase) {
    case 'sending':
      return (
        <div class="making-progress">
          <progress class="progress" max={100} value={state.percent} aria-label={words.uploading} />
          <p class="making-figures">
            <strong>{words.uploadPercent(state.percent)}</strong>
          </p>
          <p class="soft">{words.uploadingNote}</p>
        </div>
      )
    case 'sent':
      return (
        <div class="making-progress">
          <progress class="progress" max={100} value={100} aria-label={words.uploading} />
          <p class="making-figures" role="status">
            {words.uploaded}
          </p>
        </div>
      )
    case 'unreachable':
      return (
        <div class="note" role="alert">
          <p>{words.uploadFailedNote}</p>
          <button class="button button-main" onClick={() => void uploads.resume(ad.ad_id)}>
            {words.uploadAgain}
          </button>
        </div>
      )
    case 'refused':
      return (
        <div class="note" role="alert">
          <p>{words.uploadExpired}</p>
          {again}
        </div>
      )
  }
}

/** The offer to notify, where that is possible and not yet decided. */
function Notify() {
  const words = texts.making
  const [state, setState] = useState<ReturnType<typeof notifyState>>('unavailable')
  const [answered, setAnswered] = useState(false)
  useEffect(() => setState(notifyState()), [])
  if (state === 'unavailable' || (state === 'denied' && !answered)) return null
  if (state === 'default') {
    return (
      <button
        class="button"
        onClick={() => {
          void askToNotify().then((permission) => {
            setState(permission)
            setAnswered(true)
          })
        }}
      >
        <Icon name="bell" />
        {words.notify}
      </button>
    )
  }
  return (
    <p class="soft" role="status">
      {state === 'granted' ? words.notifyOn : words.notifyOff}
    </p>
  )
}
