import type { components } from '../api/schema'
import { texts } from '../texts'

type Ad = components['schemas']['Ad']
type StageName = components['schemas']['Step']['name']

/** A step as an owner sees it: one or two of the API's steps. */
export type StepKey = keyof typeof texts.making.step
export type StepState = keyof typeof texts.making.state
export interface Step {
  key: StepKey
  state: StepState
}

const stepsOf: Record<StepKey, readonly StageName[]> = {
  photo: ['prepare', 'prompt'],
  scene: ['stage1'],
  copy: ['copywrite'],
  finish: ['stage2'],
  score: ['clip', 'publish'],
}
const order = Object.keys(stepsOf) as StepKey[]

/**
 * The five steps of an ad and how far each is. A failed ad has exactly one
 * failed step: the one that was running, else the first that was not done.
 */
export function steps(ad: Pick<Ad, 'status' | 'progress'>): Step[] {
  const status = new Map(ad.progress.steps.map((s) => [s.name, s.status]))
  const list = order.map((key): Step => {
    const parts = stepsOf[key].map((name) => status.get(name) ?? 'waiting')
    if (ad.status === 'succeeded' || parts.every((s) => s === 'done')) return { key, state: 'done' }
    if (parts.includes('failed')) return { key, state: 'failed' }
    return { key, state: parts.every((s) => s === 'waiting') ? 'waiting' : 'running' }
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
