import { Fragment } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { table } from '../../ad/fields.gen'
import { productOf } from '../../ad/product'
import { removeAd } from '../../ad/remove'
import { kstDateTime } from '../../ad/time'
import type { Ad } from '../../api/client'
import { useSite } from '../../app/site'
import { CutOutDialog } from '../../studio/cutout/cutout-dialog'
import { Live, liveOf, withScene } from '../../studio/live'
import { sizeOf, Strip } from '../../studio/strip'
import { Tools } from '../../studio/studio'
import { useStudio } from '../../studio/use-studio'
import { texts } from '../../texts'
import { copyText } from '../../ui/copy'
import { Icon } from '../../ui/icon'
import { makeAgain } from './again'
import { Downloads } from './downloads'
import { HtmlCode } from './html-code'
import { Pictures, type Shown, type View } from './pictures'
import { PublicPage } from './public-page'
import { ScoreCard } from './score-card'
import { ProductNote } from './product-note'
import { MadeBy, MadeNotes } from './made-by'
import { Warnings } from './warnings'
import './finished.css'

interface Props {
  ad: Ad
  onAd(ad: Ad): void
  look(): void
}

/** A finished ad and everything that can be done with it. */
export function Finished({ ad, onAd, look }: Props) {
  const site = useSite()
  const words = texts.result
  const [view, setView] = useState<View>('final')
  const studio = useStudio({ ad, onAd, look })
  const r = studio?.current
  const copy = async (text: string, done: string) => {
    const ok = await copyText(text)
    site.toast(ok ? done : texts.site.copyFailed, { bad: !ok })
  }
  const picture = r?.picture_url ?? ad.stage2_url
  const [main, sub] = r ? [r.main_copy, r.sub_copy] : [ad.main_copy ?? '', ad.sub_copy ?? '']
  const own = studio?.scenes.find((s) => s.scene_id === r?.scene_id)
  // An answer from before scenes told of their product has the ad's own.
  const told = own ? { ...productOf(own), product: productOf(own).product ?? ad.product ?? null } : null
  const scenePicture = own?.picture_url ?? ad.stage1_url

  const final: Shown | null = picture
    ? {
        page: r?.page_url ?? ad.stage2_page_url ?? picture,
        full: picture,
        alt: words.alt(ad.product_name, main, sub),
        width: r?.width ?? 1024,
        height: r?.height ?? 1024,
      }
    : null
  const scene: Shown | null = scenePicture
    ? {
        page: own?.page_url ?? ad.stage1_page_url ?? scenePicture,
        full: scenePicture,
        alt: words.sceneAlt(ad.product_name),
        width: 1024,
        height: 1024,
      }
    : null
  const live = useMemo(() => {
    if (!studio?.written || !scene) return null
    const layer = liveOf(studio.current, studio.draft.main_copy, studio.draft.sub_copy)
    return layer && withScene(layer, scene.page)
  }, [studio?.written, studio?.current, studio?.draft.main_copy, studio?.draft.sub_copy, scene?.page])
  const html = r?.html_code ?? ad.html_code
  const channel = (r && studio?.choices?.channels.find((c) => c.name === r.channel)) ?? null

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
        {final && (
          <Pictures
            final={final}
            scene={scene}
            view={view}
            onView={setView}
            live={live && <Live layer={live} />}
            busy={studio?.busy ? texts.studio.making : ''}
          >
            {live && <p class="hint live-note">{texts.studio.live}</p>}
            <section class="finished-share" aria-labelledby="download">
              <h2 id="download" class="hidden">
                {words.download}
              </h2>
              {view === 'scene' && scene ? (
                <Downloads
                  key="scene"
                  picture={scene.full}
                  product={ad.product_name}
                  alt={scene.alt}
                  what={words.fileScene}
                  scene
                />
              ) : (
                <Downloads
                  key={final.full}
                  picture={final.full}
                  product={ad.product_name}
                  alt={final.alt}
                  what={channel?.label}
                  channel={
                    r && channel
                      ? {
                          label: sizeOf(r, [channel]),
                          address: `/api/ads/${ad.ad_id}/renditions/${r.rendition_id}/file`,
                          ending: channel.format === 'png' ? 'png' : 'jpg',
                        }
                      : null
                  }
                  onSaved={() => r && studio?.kept(r.rendition_id)}
                />
              )}
            </section>
            {studio && <Strip studio={studio} />}
          </Pictures>
        )}
      </div>

      <div class="finished-side">
        {studio && final && (
          <Tools studio={studio}>
            {live ? <Live layer={live} /> : <img src={final.page} alt="" width={final.width} height={final.height} />}
          </Tools>
        )}
        <p class="soft ai-note">{words.aiNote}</p>
        {told && (
          <ProductNote
            {...told}
            onMend={studio?.mend ?? null}
            onPhoto={() => void makeAgain(site, ad, 'fields')}
          />
        )}
        <MadeNotes parts={ad.parts} standIn={ad.stand_in} />
        <MadeBy parts={ad.parts} />
        <Warnings ad={ad} />
        {studio?.mending && <CutOutDialog studio={studio} scene={studio.mending} onClose={studio.mended} />}
        {(main || sub) && (
          <section class="card" aria-labelledby="copy">
            <h2 id="copy">{words.copy}</h2>
            {main && (
              <CopyLine
                label={words.main}
                text={main}
                action={words.copyMain}
                large
                onCopy={(text) => void copy(text, texts.site.copied)}
              />
            )}
            {sub && (
              <CopyLine
                label={words.sub}
                text={sub}
                action={words.copySub}
                onCopy={(text) => void copy(text, texts.site.copied)}
              />
            )}
            {ad.copy_source && <p class="hint">{ad.copy_source === 'template' ? words.byTemplate : words.byModel}</p>}
          </section>
        )}

        <PublicPage ad={ad} onAd={onAd} />

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

      {html && (
        <section class="card finished-html" aria-labelledby="html">
          <h2 id="html">{words.html}</h2>
          <p class="hint">{words.htmlNote}</p>
          <HtmlCode code={html} onCopy={() => void copy(html, words.htmlCopied)} />
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
