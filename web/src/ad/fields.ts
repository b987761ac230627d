import type { components } from '../api/schema'
import { texts } from '../texts'

/** What an owner says about an ad, by the API's names. */
export type Fields = Pick<
  components['schemas']['UploadBody'],
  'product_name' | 'product_category' | 'target_age' | 'target_gender' | 'ad_concept'
>

/** The fields while they are being written: nothing is chosen yet. */
export type Draft = { [K in keyof Fields]: string }

export const emptyDraft: Draft = {
  product_name: '',
  product_category: '',
  target_age: '',
  target_gender: '전체',
  ad_concept: '',
}

/** The most characters each text takes. A test compares them with the API's. */
export const limits = { product_name: 100, product_category: 50, ad_concept: 500 } as const

export const ages = ['10대', '20대', '30대', '40대', '50대', '60대이상'] as const satisfies readonly Fields['target_age'][]
export const genders = ['전체', '여성', '남성'] as const satisfies readonly Fields['target_gender'][]

/**
 * A character may weigh at most this many bytes of UTF-8 on average, or the
 * server refuses the text (internal/ad).
 */
const bytesPerCharacter = 48

/**
 * A text as the server stores it: NFC (macOS writes NFD), line breaks and
 * controls as single spaces, direction controls removed, ends trimmed. The
 * server does it again; here it is for counting what it will count.
 */
export function normalize(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '')
    .normalize('NFC')
    .replace(/[\p{Bidi_Control}\ufeff]/gu, '')
    .replace(/[\p{Cc}\p{White_Space}]+/gu, ' ')
    .trim()
}

/**
 * The characters a person sees: extended grapheme clusters of the normalized
 * text, spaces included. Firefox before 125 has no segmenter; it counts code
 * points, which is never fewer.
 */
export function count(text: string): number {
  const s = normalize(text)
  if (typeof Intl.Segmenter !== 'function') return [...s].length
  segmenter ??= new Intl.Segmenter('ko', { granularity: 'grapheme' })
  let n = 0
  for (const _ of segmenter.segment(s)) n++
  return n
}
let segmenter: Intl.Segmenter | undefined

/** The fields of the form, the photo among them, in the order they are shown. */
export type Place = 'product_image' | keyof Fields
export const places: readonly Place[] = [
  'product_image',
  'product_name',
  'product_category',
  'target_age',
  'target_gender',
  'ad_concept',
]

/** What is wrong, by field, in words for the owner. */
export type Wrong = Partial<Record<Place, string>>

/** Checks everything that the server will check, so that nobody waits to hear it. */
export function check(draft: Draft, hasPhoto: boolean): Wrong {
  const wrong: Wrong = {}
  const { missing } = texts.fault
  if (!hasPhoto) wrong.product_image = missing.product_image
  const text = (place: keyof typeof limits) => {
    const value = normalize(draft[place])
    const n = count(value)
    const limit = limits[place]
    if (n === 0) wrong[place] = missing[place]
    else if (n > limit) wrong[place] = texts.fault.tooLong(limit, n)
    else if (new TextEncoder().encode(value).length > limit * bytesPerCharacter) wrong[place] = texts.fault.unreadable
  }
  text('product_name')
  text('product_category')
  if (!isOneOf(ages, draft.target_age)) wrong.target_age = missing.target_age
  if (!isOneOf(genders, draft.target_gender)) wrong.target_gender = missing.target_gender
  text('ad_concept')
  return wrong
}

/** The fields ready to send, or null when a choice is missing. */
export function fieldsOf(draft: Draft): Fields | null {
  const { target_age, target_gender } = draft
  if (!isOneOf(ages, target_age) || !isOneOf(genders, target_gender)) return null
  return {
    product_name: normalize(draft.product_name),
    product_category: normalize(draft.product_category),
    target_age,
    target_gender,
    ad_concept: normalize(draft.ad_concept),
  }
}

function isOneOf<T extends string>(all: readonly T[], value: string): value is T {
  return (all as readonly string[]).includes(value)
}

/**
 * The field of the form that a field of a request belongs to, or null for one
 * that the form does not have.
 */
export function placeOf(requestField: string): Place | null {
  switch (requestField) {
    case 'content_type':
    case 'content_length':
      return 'product_image'
    default:
      return isOneOf(places, requestField) ? requestField : null
  }
}
