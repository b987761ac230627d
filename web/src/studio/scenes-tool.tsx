import { useState } from 'preact/hooks'
import { table } from '../ad/fields.gen'
import { productOf, type SceneProduct } from '../ad/product'
import { roughly } from '../ad/time'
import { TextField } from '../pages/start/fields'
import { texts } from '../texts'
import { Icon } from '../ui/icon'
import { isRendering } from './design'
import type { Studio } from './use-studio'

const words = texts.studio.scenes
const limit = (table.find((f) => f.name === 'ad_concept') as { limit: number }).limit

/** The scenes of the ad: another one chosen, or a new one made. */
export function ScenesTool({ studio }: { studio: Studio }) {
  const { scenes, design, ad } = studio
  const [concept, setConcept] = useState(ad.ad_concept)
  const [asking, setAsking] = useState(false)
  const rendering = isRendering(ad)
  // The main picture's scene stays.
  const main = studio.renditions.find((r) => r.main)?.scene_id
  const removable = scenes.find((s) => s.scene_id === design.scene_id && s.scene_id !== main)

  const make = async () => {
    if (asking || rendering) return
    setAsking(true)
    await studio.newScene(concept.trim() === ad.ad_concept ? '' : concept.trim())
    setAsking(false)
  }
  return (
    <div class="tool">
      <h3 class="label" id="scenes">
        {words.title}
      </h3>
      <ul class="tiles" aria-labelledby="scenes">
        {scenes.map((s, i) => (
          <li key={s.scene_id}>
            {s.status === 'succeeded' ? (
              <button
                class="tile"
                aria-pressed={design.scene_id === s.scene_id}
                onClick={() => void studio.apply({ scene_id: s.scene_id })}
              >
                {s.thumbnail_url && <img src={s.thumbnail_url} alt="" width="480" height="480" loading="lazy" />}
                <span class="tile-name">{words.nth(i + 1)}</span>
                <ProductMark {...productOf(s)} />
              </button>
            ) : (
              <div class="tile" role="status" aria-busy={s.status !== 'failed'}>
                <span class="tile-wait">
                  <Icon name={s.status === 'failed' ? 'alert' : 'picture'} />
                  {s.status !== 'failed' && <span class="shimmer" aria-hidden="true" />}
                </span>
                <span class="tile-name">{s.status === 'failed' ? words.failed : words.waiting}</span>
                {s.status === 'failed' ? (
                  <>
                    <small>{s.error?.detail}</small>
                    <button class="link" onClick={() => void studio.removeScene(s)}>
                      {words.remove}
                    </button>
                  </>
                ) : s.stalled ? (
                  <small>{words.stalled}</small>
                ) : s.eta_seconds !== null ? (
                  <small>{words.eta(roughly(s.eta_seconds))}</small>
                ) : null}
              </div>
            )}
          </li>
        ))}
      </ul>
      {studio.mend && (
        <div class="tool-mend">
          <button class="button" onClick={studio.mend}>
            <Icon name="brush" />
            {texts.studio.cutout.open}
          </button>
          <p class="hint">{texts.studio.cutout.openHint}</p>
        </div>
      )}
      {removable && (
        <button class="button button-quiet" onClick={() => void studio.removeScene(removable)}>
          <Icon name="trash" />
          {words.removeThis(scenes.indexOf(removable) + 1)}
        </button>
      )}
      <TextField
        place="scene_concept"
        label={words.concept}
        hint={words.conceptHint}
        limit={limit}
        value={concept}
        fault={undefined}
        onChange={setConcept}
      />
      <p class="hint">{words.hint}</p>
      <button
        class="button button-main"
        aria-disabled={asking || rendering ? 'true' : undefined}
        onClick={() => void make()}
      >
        <Icon name="plus" />
        {rendering ? words.waiting : words.make}
      </button>
    </div>
  )
}

/** How a scene shows its product, where that is not simply cut out. */
function ProductMark({ product }: SceneProduct) {
  if (!product || (product.cut_out && product.doubts.length === 0)) return null
  return (
    <span class="badge tile-mark" data-framed={!product.cut_out || undefined}>
      <Icon name={product.cut_out ? 'alert' : 'frame'} />
      {product.cut_out ? words.doubted : words.framed}
    </span>
  )
}
