import type { components } from '../api/schema'
import { texts } from '../texts'

type Score = components['schemas']['Score']

/**
 * A score in words. CLIPScore = 2.5·max(cos, 0) of a matching picture and text
 * lies between about 0.5 and 0.88, so the words are spread over that range and
 * not over 0 to 1. A stand-in's number gets no verdict: it judges nothing. Nor does that of a
 * metric whose range nobody has measured, such as siglip2's.
 */
export function scoreWord(score: Score): string {
  if (score.stand_in) return texts.result.scoreStandInWord
  if (score.metric !== 'clipscore') return texts.result.scoreComparedWord
  const words = texts.result.scoreWords
  if (score.value < 0.5) return words.low
  if (score.value < 0.62) return words.fair
  if (score.value < 0.75) return words.good
  return words.great
}

/** A score as it is written everywhere: two decimals. */
export function scoreText(value: number): string {
  return value.toFixed(2)
}
