import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Ad } from '../../api/client'
import { texts } from '../../texts'
import { Compare } from '../../ui/compare'
import { Icon } from '../../ui/icon'
import { Lightbox } from '../../ui/lightbox'
import { Switch } from '../../ui/switch'

type View = 'final' | 'compare' | 'scene'

/**
 * The finished ad, and what it was before its words were put on. What is done with
 * it comes right below the picture, where a phone shows it without scrolling.
 */
export function Pictures({ ad, children }: { ad: Ad; children: ComponentChildren }) {
  const words = texts.result
  const [view, setView] = useState<View>('final')
  const [large, setLarge] = useState(false)
  const { stage1_url: scene, stage2_url: final } = ad
  if (!final) return null
  const finalAlt = words.alt(ad.product_name, ad.main_copy ?? '', ad.sub_copy ?? '')
  const sceneAlt = words.sceneAlt(ad.product_name)
  const [src, alt] = view === 'scene' && scene ? [scene, sceneAlt] : [final, finalAlt]
  return (
    <div class="pictures">
      {view === 'compare' && scene ? (
        <Compare
          before={scene}
          beforeAlt={sceneAlt}
          after={final}
          afterAlt={finalAlt}
          label={words.slider}
          valueText={words.sliderValue}
        />
      ) : (
        <button class="picture" onClick={() => setLarge(true)} aria-label={`${words.enlarge}: ${alt}`}>
          <img src={src} alt="" width="1024" height="1024" fetchpriority="high" />
          <span class="picture-hint" aria-hidden="true">
            <Icon name="expand" />
          </span>
        </button>
      )}
      {children}
      {scene && (
        <Switch
          label={words.view}
          value={view}
          choices={[
            ['final', words.final],
            ['compare', words.compare],
            ['scene', words.scene],
          ]}
          onChange={(next) => setView(next)}
        />
      )}
      {large && <Lightbox src={src} alt={alt} onClose={() => setLarge(false)} />}
    </div>
  )
}
