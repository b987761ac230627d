import type { components } from '../api/schema'
import { texts } from '../texts'

type Ad = components['schemas']['Ad']
type StepName = components['schemas']['Step']['name']

/** A step as an owner sees it: one or two of the API's steps. */
export type StepKey = keyof typeof texts.making.step
export type StepState = keyof typeof texts.making.state
export interface Step {
  key: StepKey
  state: StepState
}

/** What each step of the API is to an owner. A step of the API that is missing here is a type error. */
const shownAs: Record<StepName, StepKey> = {
  prepare: 'photo',
  prompt: 'photo',
  stage1: 'scene',
  copywrite: 'copy',
  stage2: 'finish',
  clip: 'score',
  publish: 'score',
}

/**
 * The steps of an ad, in the API's order, and how far each is. A failed ad has
 * exactly one failed step: the one that was running, else the first that was not
 * done.
 */
export function steps(ad: Pick<Ad, 'status' | 'progress'>): Step[] {
  const parts = new Map<StepKey, string[]>()
  for (const { name, status } of ad.progress.steps) {
    // A page that was opened before a deployment may meet a step it does not know.
    const key = shownAs[name] as StepKey | undefined
    if (key) parts.set(key, [...(parts.get(key) ?? []), status])
  }
  const list = Array.from(parts, ([key, states]): Step => {
    if (ad.status === 'succeeded' || states.every((s) => s === 'done')) return { key, state: 'done' }
    if (states.includes('failed')) return { key, state: 'failed' }
    return { key, state: states.every((s) => s === 'waiting') ? 'waiting' : 'running' }
  })
  if (ad.status === 'failed') {
    const at = list.find((s) => s.state === 'failed') ?? list.find((s) => s.state !== 'done')
    for (const step of list) {
      if (step === at) step.state = 'failed'
      else if (step.state !== 'done') step.state = 'waiting'
    }
  }
  return list
}

/** The step to speak of: the furthest one that runs or failed, null before and after. */
export function current(list: readonly Step[]): Step | null {
  return list.findLast((s) => s.state === 'running' || s.state === 'failed') ?? null
}

/** Whether nothing more happens to an ad by itself. */
export function isDone(status: Ad['status']): boolean {
  return status === 'succeeded' || status === 'failed'
}
