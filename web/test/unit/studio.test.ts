import { describe, expect, it } from 'vitest'
import type { Choices, Problem, Rendition, Scene } from '../../src/api/client'
import {
  arrived,
  asDrawn,
  bodyOf,
  changed,
  cornersOf,
  designOf,
  isRendering,
  listOf,
  onlyLayout,
  reason,
  stepBack,
  toGiveUp,
  type Design,
} from '../../src/studio/design'

const rendition = (change: Partial<Rendition> = {}): Rendition => ({
  rendition_id: 'r1',
  scene_id: 's1',
  channel: null,
  width: 1024,
  height: 1024,
  layout: 'top-center',
  layout_asked: '',
  corner: '',
  typeface: 'sans',
  main_copy: '여행이 되는 하루',
  sub_copy: '필요한 것만 담아',
  badge: '1+1',
  brand: false,
  ai_mark: true,
  picture_url: '/p',
  page_url: '/s',
  thumbnail_url: '/t',
  html_code: '',
  contrast_ratio: 7,
  clip_score: null,
  main: false,
  created_at: '2026-11-27T00:00:00Z',
  ...change,
})
const named = (name: string) => ({ name, label: name })
const channel = (name: string, text: boolean) => ({
  ...named(name),
  width: 1080,
  height: 1920,
  format: 'jpeg',
  max_bytes: 500_000,
  text,
})
const corners = ['top-left', 'top-right', 'bottom-left', 'bottom-right']
const choices: Choices = {
  channels: [channel('story', true), channel('shop', false)],
  corners: corners.map(named),
  layouts: [
    { ...named('panel'), corners },
    { ...named('split'), corners },
    { ...named('left-column'), corners: ['top-left', 'bottom-left'] },
    { ...named('card'), corners: [] },
  ],
  typefaces: [named('sans')],
  badge_max: 12,
  main_copy_max: 20,
  sub_copy_max: 40,
}
const design = designOf(rendition(), choices)

describe('a design', () => {
  it('is what its rendition shows, and lets the server choose the layout', () => {
    expect(bodyOf(design)).toEqual({
      scene_id: 's1',
      size: '1024x1024',
      main_copy: '여행이 되는 하루',
      sub_copy: '필요한 것만 담아',
      layout: '',
      corner: '',
      typeface: 'sans',
      badge: '1+1',
      brand: false,
      ai_mark: true,
    })
  })
  it('asks for a channel or a size, not for both', () => {
    const body = bodyOf(changed(design, { channel: 'story' }, choices))
    expect(body.channel).toBe('story')
    expect(body).not.toHaveProperty('size')
  })
  it('keeps its words over a channel that shows none', () => {
    const shop = rendition({ channel: 'shop', main_copy: '', sub_copy: '', badge: '', ai_mark: false })
    expect(designOf(shop, choices, design)).toMatchObject({
      main_copy: '여행이 되는 하루',
      badge: '1+1',
      ai_mark: true,
      channel: 'shop',
    })
    const story = rendition({ channel: 'story', main_copy: '', sub_copy: '' }) // chosen to be without
    expect(designOf(story, choices, design).main_copy).toBe('')
  })

  it('stays in the layout it was drawn in, where that is one to ask for', () => {
    const below = { ...design, corner: 'bottom-left' }
    expect(asDrawn(below, { layout: 'panel' }, choices)).toMatchObject({ layout: 'panel', corner: 'bottom-left' })
    expect(asDrawn(below, { layout: 'card' }, choices)).toMatchObject({ layout: 'card', corner: '' })
    expect(asDrawn(design, { layout: 'top-left' }, choices)).toMatchObject({ layout: '', corner: '' })
    expect(asDrawn({ ...design, layout: 'split' }, { layout: 'card' }, choices).layout).toBe('split')
  })

  const corner: [name: string, from: Partial<Design>, change: Partial<Design>, corner: string][] = [
    ['stays in a layout that has it', { layout: 'panel', corner: 'top-left' }, { layout: 'split' }, 'top-left'],
    ['goes with one that has not', { layout: 'panel', corner: 'top-right' }, { layout: 'left-column' }, ''],
    ['may be any where the server chooses', { layout: 'card' }, { layout: '', corner: 'bottom-right' }, 'bottom-right'],
  ]
  it.each(corner)('whose corner %s', (_, from, change, corner) => {
    expect(changed({ ...design, ...from }, change, choices).corner).toBe(corner)
  })
  it('without a layout has every corner', () => expect(cornersOf('', choices)).toEqual(corners))
})

describe('a refusal', () => {
  const problem = (errors: Problem['errors']): Problem => ({
    status: 422,
    code: 'Request.Invalid',
    detail: '고쳐 주세요.',
    errors,
  })
  it('is told by its fields', () => {
    expect(reason(problem([{ field: 'badge', detail: '배지가 깁니다.' }]))).toBe('배지가 깁니다.')
    expect(reason(problem([]))).toBe('고쳐 주세요.')
  })
  it.each([
    [['layout'], true],
    [['layout', 'corner'], true],
    [['layout', 'main_copy'], false],
    [[], false],
  ])('of %j is of the layout alone: %s', (fields, only) => {
    expect(onlyLayout(problem(fields.map((field) => ({ field, detail: '' }))))).toBe(only)
  })
})

describe('the renditions', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => rendition({ rendition_id: id })) as [Rendition, Rendition, Rendition]
  const ids = (list: readonly Rendition[]) => list.map((r) => r.rendition_id)
  it('are what the server has, what was made since, and not what was deleted', () => {
    expect(ids(listOf([a, b], [b, c], new Set(['a'])))).toEqual(['b', 'c'])
  })
  it('make room by the oldest try', () => {
    const tried = new Set(['a', 'b'])
    expect(toGiveUp([a, b, c], tried, 'c', 4)).toBeNull()
    expect(toGiveUp([a, b, c], tried, 'c', 3)).toBe('a')
    expect(toGiveUp([a, b, c], tried, 'a', 3)).toBe('b')
    expect(toGiveUp([{ ...a, main: true }, b, c], tried, 'b', 3)).toBeNull()
    expect(toGiveUp([a, b, c], new Set(), 'c', 3)).toBeNull() // nothing that was kept
  })
  it('are gone back over, past deleted ones', () => {
    const all = () => true
    expect(stepBack(['a', 'b', 'c'], all)).toEqual(['a', 'b'])
    expect(stepBack(['a', 'b', 'c'], (id) => id !== 'b')).toEqual(['a'])
    expect(stepBack(['a'], all)).toEqual([])
  })
})

describe('the scenes', () => {
  const scene = (scene_id: string, status: Scene['status']) => ({ scene_id, status }) as Scene
  it.each([
    [['succeeded'], false],
    [['succeeded', 'queued'], true],
    [['running'], true],
    [['failed', 'succeeded'], false],
  ] as const)('%j are on their way: %s', (statuses, rendering) => {
    expect(isRendering({ scenes: statuses.map((s) => scene(s, s)) })).toBe(rendering)
  })
  it('that have come are those that were waited for', () => {
    const before = [scene('a', 'succeeded'), scene('b', 'running'), scene('c', 'queued')]
    const now = [scene('a', 'succeeded'), scene('b', 'succeeded'), scene('c', 'failed'), scene('d', 'succeeded')]
    expect(arrived(before, now).map((s) => s.scene_id)).toEqual(['b'])
  })
})
