import { useEffect, useRef, useState } from 'preact/hooks'
import { isDone } from '../../ad/steps'
import type { Route } from '../../app/router'
import { useSite, useTitle } from '../../app/site'
import { isRendering } from '../../studio/design'
import { texts } from '../../texts'
import { useWatch } from '../../watch/use-watch'
import { notify } from '../../watch/notify'
import { Message } from '../../ui/message'
import { Icon } from '../../ui/icon'
import { Failed } from './failed'
import { Finished } from './finished'
import { Making } from './making'
import './result.css'

/** One ad: while it is made, when it failed, when it is finished. */
export function Result({ route }: { route: Route }) {
  const site = useSite()
  const adId = route.page === 'result' ? route.adId : ''
  const {
    value: ad,
    problem,
    final,
    look,
    set,
  } = useWatch(
    adId,
    (signal) => site.api.ad(adId, signal),
    (a) => isDone(a.status) && !isRendering(a),
    { tells: true },
  )
  const status = ad?.status
  const doneUnseen = useDoneUnseen(
    ad?.product_name ?? '',
    status === undefined ? null : isDone(status),
    status === 'failed',
  )

  // Also while it was being made: somebody deleted it.
  const gone = problem !== null && final
  const shown = ad && !gone ? (isDone(ad.status) ? ad.status : 'making') : problem ? 'problem' : 'loading'
  const earlier = useRef<typeof shown>('loading')
  useEffect(() => {
    const before = earlier.current
    earlier.current = shown
    if (before === shown) return
    // A view took the place of another and with it of what had the focus. A page
    // that was just opened has none to lose.
    if ((before !== 'loading' || site.moved()) && document.activeElement === document.body) {
      document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
    }
    if (before === 'making' && shown !== 'problem')
      site.announce(shown === 'failed' ? texts.failed.title : texts.result.title)
  }, [shown, site])

  const words = texts.result
  const page = gone
    ? words.missing
    : !ad
      ? texts.making.title
      : ad.status === 'succeeded'
        ? words.page(ad.product_name)
        : ad.status === 'failed'
          ? texts.failed.page
          : texts.making.page(ad.progress.percent)
  const mark = doneUnseen && (status === 'failed' ? texts.making.failedTitle : texts.making.doneTitle)
  useTitle(texts.site.title(mark ? `${mark} – ${ad?.product_name}` : page))

  if (gone) {
    const unknown = problem.status === 404 || problem.status === 410
    return (
      <Message
        icon="alert"
        title={unknown ? words.missing : words.unread}
        text={unknown ? words.missingNote : problem.detail}
      >
        <a class="button button-main" href="/#make">
          {texts.site.make}
        </a>
        <a class="button" href="/dashboard">
          {texts.site.mine}
        </a>
      </Message>
    )
  }
  if (ad?.status === 'succeeded') return <Finished ad={ad} onAd={set} look={look} />
  if (ad?.status === 'failed') return <Failed ad={ad} onAgain={look} />
  if (ad) return <Making ad={ad} problem={problem} />
  if (problem) {
    return (
      <Message icon="alert" title={words.unread} text={problem.detail}>
        <button class="button button-main" onClick={look}>
          <Icon name="again" />
          {texts.site.again}
        </button>
      </Message>
    )
  }
  return (
    <div class="wide making" aria-busy="true">
      <div class="making-picture skeleton by-script" />
      <div class="making-words">
        <h1 class="by-script" tabIndex={-1}>
          {words.loading}
        </h1>
        <noscript>
          <h1>{texts.site.noScriptTitle}</h1>
          <p class="fault">{texts.site.noScript}</p>
        </noscript>
      </div>
    </div>
  )
}

/**
 * Whether the ad was done while nobody saw the page, until somebody does. Tells
 * it by a notification too, if one was asked for. `done` is null while unknown.
 */
function useDoneUnseen(product: string, done: boolean | null, failed: boolean): boolean {
  const [unseen, setUnseen] = useState(false)
  const before = useRef<boolean | null>(null)
  useEffect(() => {
    // Only what was seen being made can be news.
    if (before.current === false && done && document.visibilityState === 'hidden') {
      setUnseen(true)
      void notify(failed ? texts.making.notifyFailed : texts.making.notifyDone, product)
    }
    before.current = done
  }, [done, failed, product])
  useEffect(() => {
    if (!unseen) return
    const seen = () => {
      if (document.visibilityState === 'visible') setUnseen(false)
    }
    document.addEventListener('visibilitychange', seen)
    return () => document.removeEventListener('visibilitychange', seen)
  }, [unseen])
  return unseen
}
