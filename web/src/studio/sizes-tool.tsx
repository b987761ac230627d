import { useRef, useState } from 'preact/hooks'
import type { Channel } from '../api/client'
import { useSite } from '../app/site'
import { texts } from '../texts'
import { Icon } from '../ui/icon'
import type { Studio } from './use-studio'

const words = texts.studio.sizes

/** The places an ad is shown in, each in its true proportions; one by one or all at once. */
export function SizesTool({ studio }: { studio: Studio }) {
  const { choices, current } = studio
  if (!choices) return <p aria-busy="true">{texts.site.loading}</p>
  const { channels } = choices
  const first = studio.renditions[0]!
  return (
    <div class="tool">
      <h3 class="label" id="sizes">
        {words.title}
      </h3>
      <ul class="tiles" aria-labelledby="sizes">
        <Tile
          label={words.original}
          width={first.width}
          height={first.height}
          chosen={current.channel === null}
          onChoose={() => void studio.apply({ channel: null, size: `${first.width}x${first.height}` })}
        />
        {channels.map((c) => (
          <Tile
            key={c.name}
            label={c.label}
            width={c.width}
            height={c.height}
            note={c.text ? undefined : words.noText}
            chosen={current.channel === c.name}
            onChoose={() => void studio.apply({ channel: c.name })}
          />
        ))}
      </ul>
      <Anew studio={studio} />
      <Many studio={studio} channels={channels} />
    </div>
  )
}

/**
 * Where a size is much wider or taller than its scene, the scene's ground is carried on. Then a scene
 * of that shape can be made, which the size is shown with when it comes.
 */
function Anew({ studio }: { studio: Studio }) {
  const site = useSite()
  const [asked, setAsked] = useState('')
  const { current, scenes } = studio
  const scene = scenes.find((s) => s.scene_id === current.scene_id)
  if (!current.channel || !scene) return null
  const { channel } = current
  const stretch = current.width / current.height / (scene.width / scene.height)
  if (stretch < 1.4 && stretch > 1 / 1.4) return null
  const make = async () => {
    if (asked === channel) return
    setAsked(channel)
    if (await studio.newScene('', channel)) site.toast(words.anewAsked)
    else setAsked('')
  }
  return (
    <p class="hint">
      {words.anewHint}{' '}
      <button class="link" aria-disabled={asked === channel ? 'true' : undefined} onClick={() => void make()}>
        {words.anew}
      </button>
    </p>
  )
}

interface TileProps {
  label: string
  width: number
  height: number
  note?: string | undefined
  chosen: boolean
  onChoose(): void
}

function Tile({ label, width, height, note, chosen, onChoose }: TileProps) {
  return (
    <li>
      <button class="tile" aria-pressed={chosen} onClick={onChoose}>
        <span class="tile-place" aria-hidden="true">
          <Shape width={width} height={height} />
        </span>
        <span class="tile-name">{label}</span>
        <small>{note ? `${words.px(width, height)}, ${note}` : words.px(width, height)}</small>
      </button>
    </li>
  )
}

/** A frame of true proportions, in a square of 44 by 44. */
function Shape({ width, height }: { width: number; height: number }) {
  const scale = 40 / Math.max(width, height)
  const [w, h] = [width * scale, height * scale]
  return (
    <svg class="shape" viewBox="0 0 44 44" width="44" height="44" focusable="false">
      <rect x={22 - w / 2} y={22 - h / 2} width={w} height={h} rx="2" />
    </svg>
  )
}

function Many({ studio, channels }: { studio: Studio; channels: readonly Channel[] }) {
  const site = useSite()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(channels.map((c) => c.name)))
  const [making, setMaking] = useState<number | null>(null) // how many are made; null: not asked for
  const stop = useRef(false)
  const all = chosen.size === channels.length

  /** Makes the files one by one, which the server keeps, and then asks for all of them together. */
  const get = async () => {
    if (making !== null) return
    if (chosen.size === 0) return site.toast(words.pick, { bad: true })
    const wanted = channels.filter((c) => chosen.has(c.name))
    const of = (names: string[]) =>
      site.api.bundle(studio.ad.ad_id, { channels: names, rendition_id: studio.current.rendition_id })
    stop.current = false
    const made: string[] = []
    const missing: string[] = []
    for (const [i, c] of wanted.entries()) {
      setMaking(i)
      site.announce(words.getting(i + 1, wanted.length))
      const one = await of([c.name])
      if (stop.current) {
        setMaking(null)
        return site.toast(words.stopped)
      }
      if (one.ok) made.push(c.name)
      else missing.push(one.problem.errors?.[0]?.detail ?? `${c.label}: ${one.problem.detail}`)
    }
    setMaking(wanted.length)
    const answer = made.length > 0 ? await of(made) : null
    setMaking(null)
    if (!answer) return site.toast(missing.join(' '), { bad: true })
    if (!answer.ok) return site.toast(answer.problem.detail, { bad: true })
    const link = document.createElement('a')
    link.href = answer.data.url
    link.download = answer.data.name
    link.click()
    const reasons = [...missing, ...answer.data.failed.map((f) => f.detail)]
    if (reasons.length > 0) site.toast(words.gotBut(answer.data.name, reasons.join(' ')), { bad: true })
    else site.toast(words.got(answer.data.name))
  }
  const flip = (name: string) =>
    setChosen((c) => new Set(c.has(name) ? [...c].filter((one) => one !== name) : [...c, name]))

  const state = making === chosen.size ? words.packing : words.getting((making ?? 0) + 1, chosen.size)
  return (
    <details>
      <summary>{words.many}</summary>
      <fieldset class="many">
        <legend class="hint">{words.manyHint}</legend>
        <button
          type="button"
          class="link"
          onClick={() => setChosen(new Set(all ? [] : channels.map((c) => c.name)))}
        >
          {all ? words.none : words.all}
        </button>
        {channels.map((c) => (
          <label key={c.name} class="check">
            <input type="checkbox" checked={chosen.has(c.name)} onChange={() => flip(c.name)} />
            <span>
              {c.label} <small>{words.px(c.width, c.height)}</small>
            </span>
          </label>
        ))}
        <button
          class="button button-main"
          aria-disabled={making !== null ? 'true' : undefined}
          onClick={() => void get()}
        >
          <Icon name="download" />
          {words.get(chosen.size)}
        </button>
        {making !== null && (
          <>
            <progress class="progress" value={making} max={chosen.size} aria-label={state} />
            <p class="hint">{state}</p>
            <button type="button" class="link" onClick={() => (stop.current = true)}>
              {words.stop}
            </button>
          </>
        )}
      </fieldset>
    </details>
  )
}
