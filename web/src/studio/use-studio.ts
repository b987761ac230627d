import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { newKey } from '../api/key'
import type { Ad, Choices, Problem, Rendition, Scene, SceneWish } from '../api/client'
import { useSite } from '../app/site'
import { within } from '../keep/within'
import { texts } from '../texts'
import {
  arrived,
  asDrawn,
  bodyOf,
  changed,
  designOf,
  listOf,
  onlyLayout,
  reason,
  stepBack,
  toGiveUp,
  type Design,
} from './design'

const words = texts.studio

/** How long a picture may take to come before its place is shown without it. */
const shows = 3_000

function ready(address: string): Promise<void> {
  const image = new Image()
  image.src = address
  return image.decode()
}

/** One kind of thing that can be changed. */
export type Tool = keyof typeof words.tool

/** What the parts of the studio see and do. */
export interface Studio {
  ad: Ad
  renditions: readonly Rendition[]
  scenes: readonly Scene[]
  /** What can be chosen; null until it is known. */
  choices: Choices | null
  current: Rendition
  design: Design
  /** The words as they are being written. */
  draft: { main_copy: string; sub_copy: string }
  /** Whether they differ from those on the picture. */
  written: boolean
  busy: boolean
  /** Why the last change was refused. */
  refused: string
  write(draft: Studio['draft']): void
  /** Makes a picture with something else in it, and shows it. */
  apply(change: Partial<Design>): Promise<void>
  select(rendition: Rendition): void
  undo: (() => void) | null
  setMain(): Promise<void>
  remove(): Promise<void>
  /** Orders another scene; its picture is made and shown when it comes. */
  newScene(concept: string, channel?: string): Promise<boolean>
  /** The same by a wish of any kind; gives why it was refused. One key makes no second scene. */
  order(wish: SceneWish, key: string): Promise<Problem | null>
  /** Deletes a scene and, after asking, the pictures made of it. Not the main picture's. */
  removeScene(scene: Scene): Promise<void>
  /** What is being changed, of `texts.studio.tool`. */
  tool: Tool
  choose(tool: Tool): void
  /** Begins to mend what was cut out for the scene that is shown; null where that cannot be. */
  mend: (() => void) | null
  /** The scene that is mended now. */
  mending: Scene | null
  /** Ends that; `sent`: a scene was ordered by it. */
  mended(sent: boolean): void
  /** Notes that a picture was downloaded, so that it is never given up for another. */
  kept(renditionId: string): void
}

interface Props {
  ad: Ad
  /** Puts a newer answer in. */
  onAd(ad: Ad): void
  /** Has the ad looked at again. */
  look(): void
}

/** The studio of a finished ad; null for an ad without renditions. */
export function useStudio({ ad, onAd, look }: Props): Studio | null {
  const site = useSite()
  const [choices, setChoices] = useState<Choices | null>(null)
  const [made, setMade] = useState<readonly Rendition[]>([])
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set())
  const [history, setHistory] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState('')
  const [draft, setDraft] = useState<Studio['draft'] | null>(null)
  // What was asked for last: shown as chosen while its picture is made.
  const [wish, setWish] = useState<Design | null>(null)
  const [tool, setTool] = useState<Tool>('words')
  const [mending, setMending] = useState<Scene | null>(null)
  const tried = useRef(new Set<string>())
  const working = useRef(false)

  const list = useMemo(() => listOf(ad.renditions, made, gone), [ad.renditions, made, gone])
  const { scenes } = ad
  const current =
    list.find((r) => r.rendition_id === history.at(-1)) ??
    list.find((r) => r.main) ??
    (list.at(-1) as Rendition | undefined)

  // The words are remembered over a channel that shows none.
  const worded = useRef<Design | undefined>(undefined)
  const design = current && designOf(current, choices ?? { channels: [] }, worded.current)
  useEffect(() => {
    worded.current = design
  }, [current?.rendition_id, choices])

  useEffect(() => {
    void site.api.choices().then((answer) => answer.ok && setChoices(answer.data))
  }, [site])

  const show = (r: Rendition) => {
    setHistory((h) => {
      const before = h.length || !current ? h : [current.rendition_id]
      return before.at(-1) === r.rendition_id ? before : [...before, r.rendition_id]
    })
    setDraft(null)
    setRefused('')
  }

  const apply = async (change: Partial<Design>) => {
    if (!current || !design || !choices || working.current) return
    working.current = true
    setBusy(true)
    setRefused('')
    let next = changed({ ...design, ...draft }, change, choices)
    setWish(next)
    // Words and badges stay where they were seen while they were written.
    const elsewhere = ['scene_id', 'channel', 'size', 'layout', 'corner'].some((c) => c in change)
    if (!elsewhere) next = asDrawn(next, current, choices)
    try {
      const room = toGiveUp(list, tried.current, current.rendition_id)
      if (room && (await site.api.removeRendition(ad.ad_id, room)).ok) setGone((g) => new Set([...g, room]))
      const key = newKey()
      let answer = await site.api.compose(ad.ad_id, bodyOf(next), key)
      if (!answer.ok && onlyLayout(answer.problem) && !('layout' in change || 'corner' in change)) {
        // What was chosen for another size has no room in this one.
        next = { ...next, layout: '', corner: '' }
        answer = await site.api.compose(ad.ad_id, bodyOf(next), newKey())
      }
      if (!answer.ok) {
        setRefused(reason(answer.problem))
        return
      }
      const r = answer.data
      await within(shows, ready(r.page_url)).catch(() => {}) // it is shown without a gap
      tried.current.add(r.rendition_id)
      setMade((m) => [...m, r])
      show(r)
      site.announce(words.made)
    } finally {
      working.current = false
      setBusy(false)
      setWish(null)
    }
  }
  const applyLatest = useRef(apply)
  applyLatest.current = apply

  // A scene that was ordered here is shown when it comes.
  const ordered = useRef(new Map<string, string | undefined>()) // and the channel it was ordered for
  const before = useRef<readonly Scene[]>(scenes)
  useEffect(() => {
    const came = arrived(before.current, scenes).filter((s) => ordered.current.has(s.scene_id))
    before.current = scenes
    const last = came.at(-1)
    if (!last) return
    site.announce(words.scenes.done)
    const channel = ordered.current.get(last.scene_id)
    void applyLatest.current({ scene_id: last.scene_id, ...(channel && { channel }) })
  }, [ad.scenes, site])

  const order = async (wish: SceneWish, key: string): Promise<Problem | null> => {
    const answer = await site.api.scene(ad.ad_id, wish, key)
    if (!answer.ok) return answer.problem
    ordered.current.set(answer.data.scene_id, wish.channel)
    look()
    return null
  }

  if (!current || !design) return null
  const own = scenes.find((s) => s.scene_id === (wish ?? design).scene_id && s.status === 'succeeded')
  const mine = draft ?? { main_copy: design.main_copy, sub_copy: design.sub_copy }
  return {
    ad,
    renditions: list,
    scenes,
    choices,
    current,
    design: wish ?? design,
    draft: mine,
    written: mine.main_copy !== design.main_copy || mine.sub_copy !== design.sub_copy,
    busy,
    refused,
    write: setDraft,
    apply,
    select: show,
    undo:
      history.length > 1
        ? () => {
            setHistory((h) => stepBack(h, (id) => list.some((r) => r.rendition_id === id)))
            setDraft(null)
            setRefused('')
            site.announce(words.undone)
          }
        : null,
    async setMain() {
      const answer = await site.api.makeMain(ad.ad_id, current.rendition_id)
      if (!answer.ok) return site.toast(answer.problem.detail, { bad: true })
      setMade([]) // the answer has them, and which is the main one
      onAd(answer.data)
      site.toast(words.setMainDone)
    },
    async remove() {
      const answer = await site.api.removeRendition(ad.ad_id, current.rendition_id)
      if (!answer.ok && answer.problem.status !== 404) return site.toast(answer.problem.detail, { bad: true })
      setGone((g) => new Set([...g, current.rendition_id]))
      setHistory((h) => h.filter((id) => id !== current.rendition_id))
      site.toast(words.removed)
    },
    async newScene(concept, channel) {
      const problem = await order({ ...(concept && { ad_concept: concept }), ...(channel && { channel }) }, newKey())
      if (problem) setRefused(reason(problem))
      return problem === null
    },
    order,
    async removeScene({ scene_id }) {
      const of = list.filter((r) => r.scene_id === scene_id)
      if (of.length && !(await site.ask(words.scenes.removal(of.length)))) return
      for (const { rendition_id } of of) {
        const answer = await site.api.removeRendition(ad.ad_id, rendition_id)
        if (!answer.ok && answer.problem.status !== 404) return site.toast(answer.problem.detail, { bad: true })
        setGone((g) => new Set([...g, rendition_id]))
        setHistory((h) => h.filter((id) => id !== rendition_id))
      }
      const answer = await site.api.removeScene(ad.ad_id, scene_id)
      if (!answer.ok && answer.problem.status !== 404) return site.toast(answer.problem.detail, { bad: true })
      look()
      site.toast(words.scenes.removed)
    },
    tool,
    choose: setTool,
    mend: own && ad.photo_url ? () => setMending(own) : null,
    mending,
    mended(sent) {
      setMending(null)
      if (!sent) return
      setTool('scenes') // where its progress is seen
      const title = document.getElementById('studio')
      title?.focus({ preventScroll: true })
      title?.scrollIntoView()
      site.toast(words.cutout.sent)
    },
    kept(id) {
      tried.current.delete(id)
    },
  }
}
