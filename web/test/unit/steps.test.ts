import { describe, expect, it } from 'vitest'
import { current, steps, type StepState } from '../../src/ad/steps'
import type { Ad } from '../../src/api/client'

type StepName = Ad['progress']['steps'][number]['name']
type StepStatus = Ad['progress']['steps'][number]['status']
const names: StepName[] = ['prepare', 'prompt', 'stage1', 'copywrite', 'stage2', 'clip', 'publish']

function ad(status: Ad['status'], states: Partial<Record<StepName, StepStatus>>): Pick<Ad, 'status' | 'progress'> {
  return {
    status,
    progress: {
      step: null,
      percent: 0,
      queue_position: null,
      eta_seconds: null,
      stalled: false,
      steps: names.map((name) => ({ name, status: states[name] ?? 'waiting', started_at: null, finished_at: null })),
    },
  }
}

describe('steps', () => {
  const done = 'done' as const
  const cases: [name: string, ad: ReturnType<typeof ad>, states: StepState[], current: string | null][] = [
    ['queued', ad('queued', {}), ['waiting', 'waiting', 'waiting', 'waiting', 'waiting'], null],
    [
      'preparing',
      ad('running', { prepare: 'running', prompt: 'running' }),
      ['running', 'waiting', 'waiting', 'waiting', 'waiting'],
      'photo',
    ],
    [
      'photo ready, prompt not',
      ad('running', { prepare: done, prompt: 'running' }),
      ['running', 'waiting', 'waiting', 'waiting', 'waiting'],
      'photo',
    ],
    [
      'between two steps',
      ad('running', { prepare: done, prompt: done }),
      ['done', 'waiting', 'waiting', 'waiting', 'waiting'],
      null,
    ],
    [
      'in stage 1',
      ad('running', { prepare: done, prompt: done, stage1: 'running' }),
      ['done', 'running', 'waiting', 'waiting', 'waiting'],
      'scene',
    ],
    [
      'scored, not published',
      ad('running', { prepare: done, prompt: done, stage1: done, copywrite: done, stage2: done, clip: done }),
      ['done', 'done', 'done', 'done', 'running'],
      'score',
    ],
    ['succeeded', ad('succeeded', {}), ['done', 'done', 'done', 'done', 'done'], null],
    [
      'failed in stage 1',
      ad('failed', { prepare: done, prompt: done, stage1: 'failed' }),
      ['done', 'failed', 'waiting', 'waiting', 'waiting'],
      'scene',
    ],
    [
      'failed in one of two that ran side by side',
      ad('failed', { prepare: 'failed', prompt: 'failed' }),
      ['failed', 'waiting', 'waiting', 'waiting', 'waiting'],
      'photo',
    ],
    [
      'failed in two steps at once, told as one',
      ad('failed', { prepare: done, prompt: done, stage1: 'failed', copywrite: 'failed' }),
      ['done', 'failed', 'waiting', 'waiting', 'waiting'],
      'scene',
    ],
    [
      'failed between two steps',
      ad('failed', { prepare: done, prompt: done }),
      ['done', 'failed', 'waiting', 'waiting', 'waiting'],
      'scene',
    ],
    ['failed before it began', ad('failed', {}), ['failed', 'waiting', 'waiting', 'waiting', 'waiting'], 'photo'],
  ]
  it.each(cases)('%s', (_, value, states, now) => {
    const list = steps(value)
    expect(list.map((s) => s.state)).toEqual(states)
    expect(current(list)?.key ?? null).toBe(now)
  })

  it('come in the order of the API', () => {
    const value = ad('running', {})
    value.progress.steps.reverse()
    expect(steps(value).map((s) => s.key)).toEqual(['score', 'finish', 'copy', 'scene', 'photo'])
  })

  it('leave out what this page does not know', () => {
    const value = ad('running', { prepare: done, prompt: done })
    const unknown = { ...value.progress.steps[0]!, name: 'unheard-of' as StepName, status: 'running' as const }
    value.progress.steps.splice(2, 0, unknown)
    expect(steps(value).map((s) => s.state)).toEqual(['done', 'waiting', 'waiting', 'waiting', 'waiting'])
  })
})
