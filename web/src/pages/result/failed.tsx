import { useState } from 'preact/hooks'
import { removeAd } from '../../ad/remove'
import { current, steps } from '../../ad/steps'
import type { Ad } from '../../api/client'
import { useSite } from '../../app/site'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import { makeAgain } from './again'
import { Steps } from './steps'

/** An ad that failed: what happened, that nothing is lost, and what can be done. */
export function Failed({ ad, onAgain }: { ad: Ad; onAgain(): void }) {
  const site = useSite()
  const words = texts.failed
  const [busy, setBusy] = useState(false)
  const list = steps(ad)
  const at = current(list)
  const retryable = ad.error?.retryable ?? true

  const retry = async () => {
    if (busy) return
    setBusy(true)
    site.announce(words.retrying)
    const answer = await site.api.retry(ad.ad_id)
    setBusy(false)
    // 409: it was started again elsewhere, which the next look will show.
    if (!answer.ok && answer.problem.status !== 409) return site.toast(answer.problem.detail, { bad: true })
    onAgain()
  }

  const picture = ad.stage1_url ?? ad.thumbnail_url
  return (
    <div class="wide making">
      <figure class="making-picture" data-kind={ad.stage1_url ? 'scene' : 'product'} data-failed>
        {picture ? (
          <img src={picture} alt={words.done} width="1024" height="1024" />
        ) : (
          <span class="making-empty">
            <Icon name="picture" />
          </span>
        )}
      </figure>
      <div class="making-words">
        <h1 tabIndex={-1}>{words.title}</h1>
        <p class="making-product owners">{ad.product_name}</p>
        <div class="note note-bad" role="alert">
          {at && (
            <p>
              <strong>{words.at(texts.making.step[at.key].name)}</strong>
            </p>
          )}
          <p>{ad.error?.detail ?? texts.fault.server}</p>
        </div>
        <p class="soft">{words.kept}</p>
        <div class="actions">
          {retryable && (
            <button class="button button-main" aria-disabled={busy ? 'true' : undefined} onClick={() => void retry()}>
              <Icon name="again" />
              {busy ? words.retrying : words.retry}
            </button>
          )}
          <button class={retryable ? 'button' : 'button button-main'} onClick={() => void makeAgain(site, ad)}>
            {words.change}
          </button>
          <button
            class="button button-quiet"
            onClick={() => {
              void removeAd(site, ad.ad_id, ad.product_name).then((gone) => {
                if (gone) site.go({ page: 'dashboard', number: 1, cursor: null }, { replace: true })
              })
            }}
          >
            <Icon name="trash" />
            {texts.result.remove}
          </button>
        </div>
        <Steps steps={list} />
      </div>
    </div>
  )
}
