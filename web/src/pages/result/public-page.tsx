import { useEffect, useRef, useState } from 'preact/hooks'
import type { Ad } from '../../api/client'
import { useSite } from '../../app/site'
import { texts } from '../../texts'
import { copyText } from '../../ui/copy'
import { Icon } from '../../ui/icon'
import './public-page.css'

/** The ad's public page: its switch, and while it is on what can be done with its address. */
export function PublicPage({ ad, onAd }: { ad: Ad; onAd(ad: Ad): void }) {
  const site = useSite()
  const words = texts.result.publicPage
  const [busy, setBusy] = useState(false)
  const [sends, setSends] = useState(false)
  // The ad may change while an answer is waited for.
  const now = useRef(ad)
  now.current = ad
  const url = ad.share_url

  useEffect(() => setSends(typeof navigator.share === 'function'), [])

  const flip = async () => {
    if (busy || (url && !(await site.ask(words.askOff)))) return
    setBusy(true)
    site.announce(words.working)
    const answer = url ? await site.api.unshare(ad.ad_id) : await site.api.share(ad.ad_id)
    setBusy(false)
    if (!answer.ok) {
      site.toast(answer.problem.detail || words.failed, { bad: true })
      return
    }
    onAd({ ...now.current, share_url: answer.data?.share_url ?? null })
    site.toast(url ? words.nowOff : words.nowOn)
  }
  const copy = async (address: string) => {
    const ok = await copyText(address)
    site.toast(ok ? words.copied : texts.site.copyFailed, { bad: !ok })
  }
  const send = async (address: string) => {
    try {
      await navigator.share({ title: ad.product_name, url: address })
    } catch (e) {
      // The owner closed the share sheet: that is no failure. Any other: the link can be copied.
      if (!(e instanceof DOMException && e.name === 'AbortError')) await copy(address)
    }
  }

  return (
    <section class="card public-page" aria-labelledby="public-page">
      <div class="public-page-head">
        <h2 id="public-page">{words.title}</h2>
        <button
          class="toggle"
          role="switch"
          aria-checked={url !== null}
          aria-labelledby="public-page"
          aria-describedby="public-page-note"
          aria-busy={busy}
          onClick={() => void flip()}
        />
      </div>
      <p id="public-page-note" class="hint">
        {url ? words.on : words.off}
      </p>
      {url && (
        <>
          <div class="public-page-do">
            <button class="button" onClick={() => void copy(url)}>
              <Icon name="link" />
              {words.copy}
            </button>
            {sends && (
              <button class="button" onClick={() => void send(url)}>
                <Icon name="share" />
                {words.send}
              </button>
            )}
          </div>
          <p>
            <a href={url} target="_blank" rel="noopener">
              {words.look}
            </a>
          </p>
          <p class="hint">{words.offNote}</p>
        </>
      )}
    </section>
  )
}
