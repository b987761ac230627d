import { h } from 'preact'
import { render } from 'preact-render-to-string'
import { describe, expect, it } from 'vitest'
import type { Part } from '../../src/api/client'
import { MadeBy, MadeNotes } from '../../src/pages/result/made-by'
import { texts } from '../../src/texts'

const part: Part = { role: 'scene', model: null, version: null, digest: null, stand_in: true, reason: null }
const model: Part = { ...part, model: 'flux2-klein', version: 'r7', digest: '0123456789ab', stand_in: false }

describe('by what an ad was made', () => {
  const words = texts.result
  it.each([
    ['the model', [model], false, ''],
    ['the stand-in', [part], true, words.standIn],
    ['the model changed the product', [{ ...part, reason: 'changed' as const }], true, words.sceneReasons.changed],
    ['the model gave nothing', [{ ...part, reason: 'failed' as const }], true, words.sceneReasons.failed],
    ['an ad from before this was kept', [], true, words.standIn],
  ])('notes: %s', (_, parts, standIn, note) => {
    expect(render(h(MadeNotes, { parts, standIn })).replace(/<[^>]*>/g, '')).toBe(note)
  })
  it('names each part, its model, version and digest', () => {
    const page = render(h(MadeBy, { parts: [model, { ...part, role: 'score' }] }))
    expect(page).toContain('flux2-klein · r7 · 0123456789ab')
    expect(page).toContain(words.roles.scene)
    expect(page).toContain(`${words.roles.score}</dt><dd>${words.noModel}`)
  })
  it('is left out of an ad that does not say', () => expect(render(h(MadeBy, { parts: [] }))).toBe(''))
})
