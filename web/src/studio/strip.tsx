import { useEffect, useRef } from 'preact/hooks'
import type { Channel, Rendition } from '../api/client'
import { texts } from '../texts'
import { Icon } from '../ui/icon'
import type { Studio } from './use-studio'

const words = texts.studio

/** The pictures made of the ad, to go back to; what can be done with the one that is shown. */
export function Strip({ studio }: { studio: Studio }) {
  const { renditions, current, choices, undo } = studio
  const here = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    here.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [current.rendition_id])
  if (renditions.length < 2) return null
  return (
    <div class="strip">
      <ol class="strip-pictures" aria-label={words.strip}>
        {renditions.map((r, i) => (
          <li key={r.rendition_id}>
            <button
              ref={r.rendition_id === current.rendition_id ? here : null}
              class="strip-picture"
              aria-pressed={r.rendition_id === current.rendition_id}
              aria-label={words.stripNth(i + 1, r.main, sizeOf(r, choices?.channels ?? []), r.main_copy)}
              onClick={() => studio.select(r)}
            >
              <img src={r.thumbnail_url} alt="" width={r.width} height={r.height} loading="lazy" />
              {r.main && <span class="badge strip-main">{words.main}</span>}
            </button>
          </li>
        ))}
      </ol>
      <div class="strip-actions">
        <button class="button" aria-disabled={undo ? undefined : 'true'} onClick={() => undo?.()}>
          <Icon name="undo" />
          {words.undo}
        </button>
        {!current.main && (
          <>
            <button class="button" onClick={() => void studio.setMain()}>
              <Icon name="check" />
              {words.setMain}
            </button>
            <button class="button button-quiet" onClick={() => void studio.remove()}>
              <Icon name="trash" />
              {words.remove}
            </button>
          </>
        )}
      </div>
    </div>
  )
}

/** What a rendition's size is called. */
export function sizeOf(r: Pick<Rendition, 'channel' | 'width' | 'height'>, channels: readonly Channel[]): string {
  return channels.find((c) => c.name === r.channel)?.label ?? words.sizes.px(r.width, r.height)
}
