import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { productOf } from '../../ad/product'
import { newKey } from '../../api/key'
import type { Problem, Scene, SceneWish } from '../../api/client'
import { useSite } from '../../app/site'
import { dropCutOut, loadCutOut, saveCutOut } from '../../keep/cutout'
import { within } from '../../keep/within'
import { texts } from '../../texts'
import { Icon, type IconName } from '../../ui/icon'
import { Switch } from '../../ui/switch'
import '../../ui/dialog.css'
import { isRendering, reason } from '../design'
import type { Studio } from '../use-studio'
import './cutout.css'
import { Stage, type Tool } from './stage'
import { limits, type Size, type Stroke } from './strokes'
import { whole, zoomed, mostZoom, type Box, type View } from './view'
import { begin, cutOutOf, done, layersOf, redone, same, undone, untouched, workOf, type Work } from './work'

const words = texts.studio.cutout

/** How long a picture may take; they are small, and a phone in a lift is slow. */
const patience = 20_000

type Choices<T extends string> = readonly (readonly [T, string])[]
const choices = <T extends string>(names: Record<T, string>) => Object.entries(names) as unknown as Choices<T>

interface Props {
  studio: Studio
  scene: Scene
  onClose(sent: boolean): void
}

/** Where an owner mends what was cut out of the photo, and has the scene made anew with it. */
export function CutOutDialog({ studio, scene, onClose }: Props) {
  const site = useSite()
  const { ad } = studio
  const dialog = useRef<HTMLDialogElement>(null)
  const sent = useRef(false)
  // As it was when the dialog opened: answers that come meanwhile must not move the ground.
  const [told] = useState(() => productOf(scene))
  const [opened] = useState<Work>(() => workOf(told.said))
  const [masks] = useState(() => ({
    own: told.mask,
    auto: told.said ? (studio.scenes.map(productOf).find((p) => p.mask && !p.said)?.mask ?? null) : told.mask,
  }))
  const [kept] = useState(() => loadCutOut(scene.scene_id))
  const [history, setHistory] = useState(() => (kept ? done(begin(opened), workOf(kept)) : begin(opened)))
  const [tool, setTool] = useState<Tool>('keep')
  const [brush, setBrush] = useState(28)
  const [ghost, setGhost] = useState(true)
  const [view, setView] = useState<View>(whole)
  const [stage, setStage] = useState<Size>({ width: 0, height: 0 })
  const [said, setSaid] = useState(kept ? words.restored : '')
  const [wrong, setWrong] = useState('')
  const [sending, setSending] = useState(false)
  const pictures = usePictures(ad.photo_url, masks)
  const order = useRef({ body: '', key: '' })

  const work = history.now
  const layers = useMemo(() => layersOf(work, opened, masks), [work])
  const mask = pictures.state === 'there' ? pictures.mask(layers.mask) : null
  const dirty = !same(work, opened)
  const rendering = isRendering(ad)
  const free = work.mode === 'auto'
  const touch = matchMedia('(pointer: coarse)').matches
  const known = touch ? `${words.lead} ${words.leadTouch}` : words.lead
  const lead = layers.mask ? known : work.box ? words.boxFinds : words.leadUnknown
  const begun = dirty && (!free || layers.mask !== null)
  const hint = rendering ? words.rendering : !begun ? lead : kept ? words.restored : words.sentNote

  // The same words again are only spoken when they change.
  const say = (text: string) => setSaid((before) => (before === text ? `${text}\u00a0` : text))

  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  useEffect(() => {
    const now = dirty && pictures.state === 'there' && cutOutOf(work, pictures.size)
    if (now) saveCutOut(scene.scene_id, now)
    else if (pictures.state === 'there') dropCutOut(scene.scene_id)
  }, [work, pictures.state])
  useEffect(() => {
    if (!dirty) return
    const onLeave = (e: BeforeUnloadEvent) => e.preventDefault()
    addEventListener('beforeunload', onLeave)
    return () => removeEventListener('beforeunload', onLeave)
  }, [dirty])

  const change = (next: Partial<Work>, again = false) => {
    setWrong('')
    setHistory((h) => (again ? { ...h, now: { ...h.now, ...next } } : done(h, next)))
  }
  const onStrokes = (parts: Stroke[]) => {
    if (work.strokes.length + parts.length > limits.strokes) {
      setWrong(words.full)
      setHistory((h) => ({ ...h, now: { ...h.now } })) // what was drawn last is taken off the picture
      return
    }
    change({ strokes: [...work.strokes, ...parts] })
    say(words.drawn[parts[0]!.kind])
  }
  const undo = () => {
    if (!history.past.length) return
    setWrong('')
    setHistory(undone)
    say(words.undone)
  }
  const redo = () => {
    if (!history.future.length) return
    setHistory(redone)
    say(words.redone)
  }
  const reset = () => {
    if (same(work, untouched)) return
    change(untouched)
    say(words.resetDone)
  }
  const zoomBy = (factor: number) => {
    if (pictures.state !== 'there') return
    const next = zoomed(stage, pictures.size, view, factor, stage.width / 2, stage.height / 2)
    setView(next)
    say(words.zoomIs(Math.round(next.zoom * 100)))
  }
  const setBox = (box: Box | null, again: boolean) => change({ box }, again)

  const leave = async () => {
    if (sending) return
    if (dirty && !(await site.ask(words.leave))) return
    dropCutOut(scene.scene_id)
    dialog.current?.close()
  }

  const send = async () => {
    if (sending || pictures.state !== 'there') return
    if (!dirty) return setWrong(words.unchanged)
    if (rendering) return setWrong(words.rendering)
    const cutout = cutOutOf(work, pictures.size)
    if (!cutout) return setWrong(words.full)
    // The same concept and seed paint the same scene: only the product changes.
    const wish: SceneWish = {
      ...(scene.ad_concept === ad.ad_concept ? {} : { ad_concept: scene.ad_concept }),
      ...(scene.seed === null ? {} : { seed: scene.seed }),
      cutout,
    }
    // An answer that was lost on its way must not cost a second scene.
    const body = JSON.stringify(wish)
    if (order.current.body !== body) order.current = { body, key: newKey() }
    setWrong('')
    setSending(true)
    say(words.sending)
    const problem: Problem | null = await studio.order(wish, order.current.key)
    setSending(false)
    if (problem) return setWrong(`${reason(problem)} ${words.kept}`)
    sent.current = true
    dialog.current?.close()
  }

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key === 'Escape') {
      // The browser would close it at the second press, whatever is lost.
      e.preventDefault()
      void leave()
    } else if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === 'z') {
      e.preventDefault()
      if (e.shiftKey) redo()
      else undo()
    } else if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'y') {
      e.preventDefault()
      redo()
    }
  }

  return (
    <dialog
      ref={dialog}
      class="dialog cutout"
      aria-labelledby="cutout-title"
      onKeyDown={onKeyDown}
      onCancel={(e) => {
        e.preventDefault()
        void leave()
      }}
      onClose={() => onClose(sent.current)}
    >
      <header class="cutout-head">
        <h2 id="cutout-title" tabIndex={-1} autofocus>
          {words.title}
        </h2>
        <Key icon="undo" label={words.undo} off={!history.past.length} onPress={undo} />
        <Key icon="redo" label={words.redo} off={!history.future.length} onPress={redo} />
        <button
          class="button button-quiet"
          aria-disabled={same(work, untouched) ? 'true' : undefined}
          onClick={reset}
        >
          {words.reset}
        </button>
        <button class="button button-quiet button-icon" aria-label={texts.site.close} onClick={() => void leave()}>
          <Icon name="close" />
        </button>
      </header>

      <div class="cutout-stage" data-mode={work.mode} aria-busy={pictures.state === 'loading'}>
        {pictures.state === 'there' ? (
          <Stage
            photo={pictures.photo}
            mask={mask}
            layers={layers}
            work={work}
            tool={tool}
            brush={brush}
            ghost={ghost}
            view={view}
            onView={setView}
            onSize={setStage}
            onStrokes={onStrokes}
            onBox={setBox}
            say={say}
          />
        ) : pictures.state === 'loading' ? (
          <p class="cutout-wait">
            {words.loading}
            <span class="shimmer" aria-hidden="true" />
          </p>
        ) : (
          <div class="cutout-wait" role="alert">
            <p>{words.failed}</p>
            <button class="button" onClick={pictures.again}>
              <Icon name="again" />
              {texts.site.again}
            </button>
          </div>
        )}
        {pictures.state === 'there' && free && (
          <div class="cutout-view">
            <Key icon="eye" label={words.ghost} pressed={ghost} onPress={() => setGhost(!ghost)} />
            <Key icon="minus" label={words.zoomOut} off={view.zoom <= 1} onPress={() => zoomBy(1 / 1.5)} />
            <Key icon="plus" label={words.zoomIn} off={view.zoom >= mostZoom} onPress={() => zoomBy(1.5)} />
          </div>
        )}
      </div>

      <div class="cutout-tools">
        <Switch
          label={words.mode}
          value={work.mode}
          choices={choices(words.modes)}
          onChange={(mode) => change({ mode })}
        />
        {free ? (
          <>
            <Switch label={words.tools} value={tool} choices={choices(words.tool)} onChange={(next) => setTool(next)} />
            <p class="hint" id="cutout-hint">
              {words.hint[tool]}
            </p>
            <p class="hidden" id="cutout-keys">
              {words.keys[tool]} {words.keys.all}
            </p>
            <div class="cutout-more">
              {tool === 'box' ? (
                <button
                  class="button"
                  onClick={() => {
                    setBox(work.box ? null : [0.1, 0.1, 0.8, 0.8], false)
                    say(work.box ? words.boxGone : words.boxAt(10, 10, 80, 80))
                  }}
                >
                  {work.box ? words.boxRemove : words.boxAdd}
                </button>
              ) : tool === 'move' ? (
                <button class="button" onClick={() => setView(whole)}>
                  {words.zoomWhole}
                </button>
              ) : (
                <BrushSize value={brush} onChange={setBrush} />
              )}
            </div>
          </>
        ) : (
          <p class="hint" id="cutout-keys">
            {words.photoHint}
          </p>
        )}
      </div>

      <div class="cutout-send">
        {wrong ? (
          <p class="note note-bad" role="alert">
            {wrong}
          </p>
        ) : (
          <p class="hint">{hint}</p>
        )}
        <button
          class="button button-main button-wide"
          aria-disabled={sending || !dirty || rendering ? 'true' : undefined}
          onClick={() => void send()}
        >
          {sending ? words.sending : words.send}
        </button>
      </div>

      <p class="hidden" role="status">
        {said}
      </p>
    </dialog>
  )
}

interface KeyProps {
  icon: IconName
  label: string
  off?: boolean
  pressed?: boolean
  onPress(): void
}

/** A button of one sign. */
function Key({ icon, label, off, pressed, onPress }: KeyProps) {
  return (
    <button
      class="button button-icon"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      aria-disabled={off ? 'true' : undefined}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  )
}

function BrushSize({ value, onChange }: { value: number; onChange(value: number): void }) {
  const id = useId()
  return (
    <div class="cutout-brush">
      <label for={id}>{words.brush}</label>
      <input
        id={id}
        type="range"
        min="6"
        max="96"
        step="2"
        value={value}
        aria-valuetext={words.brushIs(value)}
        onInput={(e) => onChange(Number(e.currentTarget.value))}
      />
      <span class="cutout-brush-dot" aria-hidden="true">
        <span style={{ width: `${Math.min(value, 40)}px`, height: `${Math.min(value, 40)}px` }} />
      </span>
    </div>
  )
}

type Pictures =
  | { state: 'loading' }
  | { state: 'failed'; again(): void }
  | { state: 'there'; photo: HTMLImageElement; size: Size; mask(address: string | null): HTMLImageElement | null }

/** The photo and the masks of it, once all are there. */
function usePictures(photo: string | null, masks: { own: string | null; auto: string | null }): Pictures {
  const [pictures, setPictures] = useState<Pictures>({ state: 'loading' })
  const load = async () => {
    setPictures({ state: 'loading' })
    try {
      const loaded = new Map<string, HTMLImageElement>()
      const addresses = new Set([photo, masks.own, masks.auto].filter((a) => a !== null))
      await Promise.all([...addresses].map(async (a) => loaded.set(a, await within(patience, picture(a)))))
      const image = photo === null ? undefined : loaded.get(photo)
      if (!image) throw new Error('the ad has no photo')
      setPictures({
        state: 'there',
        photo: image,
        size: { width: image.naturalWidth, height: image.naturalHeight },
        mask: (address) => (address && loaded.get(address)) || null,
      })
    } catch {
      setPictures({ state: 'failed', again: () => void load() })
    }
  }
  useEffect(() => void load(), [])
  return pictures
}

function picture(address: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.onload = () => resolve(image)
    image.onerror = () => reject(new Error('the picture did not come'))
    image.src = address
  })
}
