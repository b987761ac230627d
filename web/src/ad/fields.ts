import type { components } from '../api/schema'
import { texts } from '../texts'
import { ignorable, pictograph } from './characters.gen'
import { bytesPerCharacter, table } from './fields.gen'

/**
 * What is known of a field: internal/ad/fields.go says it, fields.gen.ts is its
 * copy. An order without a needed field is refused.
 */
export type Field = { name: string; label: string } & (
  | { kind: 'text'; needed: boolean; limit: number; suggested?: readonly string[] }
  | { kind: 'choice'; needed: boolean; choices: readonly string[] }
  | { kind: 'flag'; needed: false; initial: boolean }
)

type Entry = (typeof table)[number]
export type Name = Entry['name']

/** What an owner says about an ad, by the API's names. */
export type Fields = Pick<components['schemas']['UploadBody'], Name>

/** The fields while they are being written: a choice may not be made yet. */
export type Draft = { [E in Entry as E['name']]: E['kind'] extends 'flag' ? boolean : string }

/** A draft of whichever fields. */
export type Values = Readonly<Record<string, string | boolean>>

/** What the form of the site begins with where the API has no default. */
const preset: Readonly<Record<string, string>> = { target_gender: '전체' } satisfies Partial<Fields>

export const emptyDraft = blank(table) as Draft

/** The fields before anything was written. */
export function blank(fields: readonly Field[]): Values {
  return Object.fromEntries(fields.map((f) => [f.name, f.kind === 'flag' ? f.initial : (preset[f.name] ?? '')]))
}

/** The fields of an ad, as a draft of the next. */
export function draftOf(ad: Required<Fields>): Draft {
  return Object.fromEntries(table.map(({ name }) => [name, ad[name]])) as Draft
}

/** What the form says of a field beside its label. */
export interface Words {
  /** Where the form asks with other words than the API's label. */
  label?: string
  hint?: string
  placeholder?: string
  /** Texts to begin with. */
  examples?: readonly { label: string; text: string }[]
  /** Of a text with suggestions: the input behind the last of them. */
  other?: { label: string; hint: string; placeholder: string }
}

const words: Readonly<Record<string, Words>> = texts.form.field satisfies Partial<Record<Name, Words>>

export function wordsOf(field: Field): Words & { label: string } {
  const own = words[field.name]
  const label = own?.label ?? field.label
  return { ...own, label: field.needed || field.kind === 'flag' ? label : texts.form.optional(label) }
}

/** The label under which the form asks for a field. */
export function labelOf(name: Name): string {
  return wordsOf(table.find((f) => f.name === name)!).label
}

/**
 * A text as the server stores it: what shows nothing removed, but for what holds
 * emoji together; NFC (macOS writes NFD); line breaks, controls and blanks as
 * single spaces; ends trimmed; nothing at all where nothing would be visible. The
 * server does it again; here it is for counting what it will count.
 */
export function normalize(text: string): string {
  const shown = text
    .replace(/\p{Cs}/gu, '')
    .replace(hidden, '')
    .replace(emojiOrHolder, (_, emoji?: string) => emoji ?? '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{White_Space}\u2800]+/gu, ' ')
    .trim()
  return /[^\p{M}\p{Z}\p{Cc}\p{Cf}]/u.test(shown) ? shown : ''
}

// As internal/ad/visible.go: a joiner or a selector of style stays inside an emoji only.
const hidden = new RegExp(`(?![\\u200d\\ufe0e\\ufe0f])[${ignorable}]`, 'gu')
const picture = `[${pictograph}][\\ufe0e\\ufe0f]?[\\u{1f3fb}-\\u{1f3ff}]?`
const emojiOrHolder = new RegExp(
  `([0-9#*]\\ufe0f\\u20e3|${picture}(?:\\u200d${picture})*)|[\\u200d\\ufe0e\\ufe0f]`,
  'gu',
)

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
export type Place = 'product_image' | Name
export const places: readonly Place[] = ['product_image', ...table.map((f) => f.name)]

/** What is wrong, by field, in words for the owner. */
export type Wrong = Partial<Record<Place, string>>

/** What is said of a field that is missing. */
const missing: Readonly<Record<string, string>> = texts.fault.missing satisfies Record<
  'product_image' | Extract<Entry, { needed: true }>['name'],
  string
>

/** Checks everything that the server will check, so that nobody waits to hear it. */
export function check(draft: Values, hasPhoto: boolean, fields: readonly Field[] = table): Wrong {
  const wrong: Record<string, string | undefined> = {}
  if (!hasPhoto) wrong.product_image = missing.product_image
  for (const field of fields) {
    const fault = faultOf(field, draft[field.name])
    if (fault) wrong[field.name] = fault
  }
  return wrong as Wrong
}

function faultOf(field: Field, value: string | boolean | undefined): string | undefined {
  if (field.kind === 'flag') return undefined
  const text = normalize(String(value ?? ''))
  if (text === '' && !field.needed) return undefined
  if (field.kind === 'choice') return field.choices.includes(text) ? undefined : missing[field.name]
  const n = count(text)
  if (n === 0) return missing[field.name]
  if (n > field.limit) return texts.fault.tooLong(field.limit, n)
  if (new TextEncoder().encode(text).length > field.limit * bytesPerCharacter) return texts.fault.unreadable
  return undefined
}

/** The fields ready to send, or null when a choice is missing. */
export function fieldsOf(draft: Values, fields: readonly Field[] = table): Fields | null {
  if (fields.some((f) => f.kind === 'choice' && faultOf(f, draft[f.name]))) return null
  const ready = fields.map(({ name }) => {
    const value = draft[name]
    return [name, typeof value === 'string' ? normalize(value) : value]
  })
  return Object.fromEntries(ready) as Fields
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
      return places.find((place) => place === requestField) ?? null
  }
}
