import { Fragment } from 'preact'
import { useMemo } from 'preact/hooks'
import { table } from '../../ad/fields.gen'
import { removeAd } from '../../ad/remove'
import { kstDateTime } from '../../ad/time'
import type { Ad } from '../../api/client'
import { useSite } from '../../app/site'
import { texts } from '../../texts'
import { copyText } from '../../ui/copy'
import { Icon } from '../../ui/icon'
import { makeAgain } from './again'
import { Downloads } from './downloads'
import { HtmlCode } from './html-code'
import { Pictures } from './pictures'
import { ScoreCard } from './score-card'
import { Warnings } from './warnings'
import './finished.css'

/** A finished ad and everything that can be done with it. */
export function Finished({ ad }: { ad: Ad }) {
  const site = useSite()
  const words = texts.result
  const copy = async (text: string, done: string) => {
    const ok = await copyText(text)
    site.toast(ok ? done : texts.site.copyFailed, { bad: !ok })
  }
  const picture = ad.stage2_url
  const alt = words.alt(ad.product_name, ad.main_copy ?? '', ad.sub_copy ?? '')
  const address = useMemo(() => (picture ? new URL(picture, location.href).href : ''), [picture])

  return (
    <div class="wide finished">
      <header class="finished-head">
        <p class="badges">
          <span class="badge badge-good">
            <Icon name="check" />
            {texts.dashboard.status.succeeded}
          </span>
          <span class="badge">{words.ai}</span>
        </p>
        <h1 tabIndex={-1}>{words.title}</h1>
        <p class="making-product owners">{ad.product_name}</p>
      </header>

      <div class="finished-picture">
        <Pictures ad={ad}>
          {picture && (
            <section class="finished-share" aria-labelledby="download">
              <h2 id="download" class="hidden">
                {words.download}
              </h2>
              <Downloads picture={picture} product={ad.product_name} alt={alt} />
              <button class="button button-wide" onClick={() => void copy(address, words.linkCopied)}>
                <Icon name="link" />
                {words.link}
              </button>
              <p class="hint">{words.linkNote}</p>
            </section>
          )}
        </Pictures>
        <p class="soft ai-note">{words.aiNote}</p>
        {ad.stand_in && <p class="note">{words.standIn}</p>}
      </div>

      <div class="finished-side">
        <Warnings ad={ad} />
        {ad.main_copy && (
          <section class="card" aria-labelledby="copy">
            <h2 id="copy">{words.copy}</h2>
            <CopyLine
              label={words.main}
              text={ad.main_copy}
              action={words.copyMain}
              large
              onCopy={(text) => void copy(text, texts.site.copied)}
            />
            {ad.sub_copy && (
              <CopyLine
                label={words.sub}
                text={ad.sub_copy}
                action={words.copySub}
                onCopy={(text) => void copy(text, texts.site.copied)}
              />
            )}
            {ad.copy_source && <p class="hint">{ad.copy_source === 'template' ? words.byTemplate : words.byModel}</p>}
          </section>
        )}

        <section class="card" aria-labelledby="score">
          <h2 id="score">{words.score}</h2>
          {ad.score ? <ScoreCard score={ad.score} /> : <p>{words.noScore}</p>}
        </section>
      </div>

      <div class="actions">
        <button class="button" onClick={() => void makeAgain(site, ad)}>
          <Icon name="plus" />
          {words.another}
        </button>
        <a class="button" href="/dashboard">
          {words.dashboard}
        </a>
        <button
          class="button button-quiet"
          onClick={() => {
            void removeAd(site, ad.ad_id, ad.product_name).then((gone) => {
              if (gone) site.go({ page: 'dashboard', number: 1, cursor: null }, { replace: true })
            })
          }}
        >
          <Icon name="trash" />
          {words.remove}
        </button>
      </div>

      {ad.html_code && ad.stage1_url && (
        <section class="card finished-html" aria-labelledby="html">
          <h2 id="html">{words.html}</h2>
          <p class="hint">{words.htmlNote}</p>
          <HtmlCode
            code={ad.html_code}
            picture={ad.stage1_url}
            onCopy={() => void copy(ad.html_code ?? '', words.htmlCopied)}
          />
        </section>
      )}

      <section class="card finished-details" aria-labelledby="details">
        <h2 id="details">{words.details}</h2>
        <dl class="owners">
          {table.map(({ name, label }) => {
            const value = ad[name]
            if (value === '') return null
            return (
              <Fragment key={name}>
                <dt>{label}</dt>
                <dd>{typeof value === 'string' ? value : value ? words.yes : words.no}</dd>
              </Fragment>
            )
          })}
          <dt>{words.made}</dt>
          <dd>
            <time dateTime={ad.created_at}>{kstDateTime(ad.created_at)}</time>
          </dd>
        </dl>
        {ad.prompt && (
          <details>
            <summary>{words.prompt}</summary>
            <p lang="en" class="owners">
              {ad.prompt}
            </p>
          </details>
        )}
      </section>
    </div>
  )
}

interface LineProps {
  label: string
  text: string
  action: string
  large?: boolean
  onCopy(text: string): void
}

function CopyLine({ label, text, action, large, onCopy }: LineProps) {
  return (
    <div class="copy-line">
      <div>
        <p class="hint">{label}</p>
        <p class={large ? 'copy-main owners' : 'copy-sub owners'}>{text}</p>
      </div>
      <button class="button button-icon" aria-label={action} title={action} onClick={() => onCopy(text)}>
        <Icon name="copy" />
      </button>
    </div>
  )
}
