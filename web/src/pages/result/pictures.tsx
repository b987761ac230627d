import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { texts } from '../../texts'
import { Compare } from '../../ui/compare'
import { Icon } from '../../ui/icon'
import { Lightbox } from '../../ui/lightbox'
import { Switch } from '../../ui/switch'

export type View = 'final' | 'compare' | 'scene'

/** A picture: as a page shows it, and as it is. */
export interface Shown {
  page: string
  full: string
  alt: string
  width: number
  height: number
}

interface Props {
  final: Shown
  scene: Shown | null
  view: View
  onView(view: View): void
  /** Drawn in the place of the final picture while it is being changed. */
  live: ComponentChildren
  /** What is said over the picture while it is made anew. */
  busy: string
  /** What is done with the picture: right below it, where a phone shows it without scrolling. */
  children: ComponentChildren
}

/** The finished ad, and what it was before its words were put on. */
export function Pictures({ final, scene, view, onView, live, busy, children }: Props) {
  const words = texts.result
  const [large, setLarge] = useState(false)
  const shown = view === 'scene' && scene ? scene : final
  const ratio = shown.width / shown.height
  // Side by side only where both are of one shape.
  const alike = scene !== null && Math.abs(scene.width / scene.height - ratio) < 0.02
  return (
    <div class="pictures">
      <div class="picture-place" style={{ '--ratio': String(ratio) }} aria-busy={busy ? 'true' : undefined}>
        {view === 'compare' && alike ? (
          <Compare
            before={scene.page}
            beforeAlt={scene.alt}
            after={final.page}
            afterAlt={final.alt}
            label={words.slider}
            valueText={words.sliderValue}
          />
        ) : live && view === 'final' ? (
          <div class="picture" role="img" aria-label={final.alt}>
            {live}
          </div>
        ) : (
          <button class="picture" onClick={() => setLarge(true)} aria-label={`${words.enlarge}: ${shown.alt}`}>
            <img src={shown.page} alt="" width={shown.width} height={shown.height} fetchpriority="high" />
            <span class="picture-hint" aria-hidden="true">
              <Icon name="expand" />
            </span>
          </button>
        )}
        <div class="picture-busy" role="status">
          {busy && <span>{busy}</span>}
        </div>
      </div>
      {children}
      {scene && (
        <Switch
          label={words.view}
          value={view === 'compare' && !alike ? 'final' : view}
          choices={[
            ['final', words.final] as const,
            ...(alike ? [['compare', words.compare] as const] : []),
            ['scene', words.scene] as const,
          ]}
          onChange={onView}
        />
      )}
      {large && <Lightbox src={shown.full} alt={shown.alt} onClose={() => setLarge(false)} />}
    </div>
  )
}
