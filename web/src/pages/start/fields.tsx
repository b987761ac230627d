import { useState } from 'preact/hooks'
import { count, type Words } from '../../ad/fields'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'

/** What is wrong, beside its field. */
export function Fault({ id, text }: { id?: string; text: string }) {
  return (
    <p class="fault" id={id}>
      <Icon name="alert" />
      <span>{text}</span>
    </p>
  )
}

/** The ids that describe a field: its hint and, when there is one, its fault. */
export function describedBy(place: string, hint: boolean, fault: string | undefined): string | undefined {
  return [hint && `${place}-hint`, fault && `${place}-fault`].filter(Boolean).join(' ') || undefined
}

interface TextProps extends Words {
  place: string
  label: string
  limit: number
  value: string
  fault: string | undefined
  onChange(value: string): void
}

/** A text that may be longer than this is written in several lines. */
const oneLine = 100

/** Left characters from which on they are also spoken. */
const few = 20

export function TextField({ place, label, hint, placeholder, limit, examples, value, fault, onChange }: TextProps) {
  const words = texts.form
  const used = count(value)
  const left = limit - used
  const common = {
    id: place,
    name: place,
    class: 'input',
    placeholder,
    value,
    autocomplete: 'off',
    'aria-invalid': fault ? ('true' as const) : undefined,
    'aria-describedby': describedBy(place, hint !== undefined, fault),
    onInput: (e: { currentTarget: { value: string } }) => onChange(e.currentTarget.value),
  }
  return (
    <div class="field" data-place={place}>
      <div class="field-head">
        <label class="label" for={place}>
          {label}
        </label>
        <span class={left < 0 ? 'count count-over' : 'count'} aria-hidden="true">
          {words.count(used, limit)}
        </span>
      </div>
      <Hint place={place} text={hint} />
      {limit > oneLine ? <textarea {...common} rows={4} /> : <input {...common} type="text" />}
      <span class="hidden" role="status">
        {left < 0 ? words.over(-left) : used > 0 && left <= few ? words.left(left) : ''}
      </span>
      {fault && <Fault id={`${place}-fault`} text={fault} />}
      {examples && <Examples examples={examples} value={value} onChange={onChange} />}
    </div>
  )
}

/**
 * Texts to begin with. One takes the place of nothing or of another example, and
 * is put behind what the owner wrote.
 */
function Examples({ examples, value, onChange }: Required<Pick<TextProps, 'examples' | 'value' | 'onChange'>>) {
  const [last, setLast] = useState('')
  const take = (text: string) => {
    const own = last && value.endsWith(last) ? value.slice(0, -last.length) : value
    setLast(text)
    onChange(own.trim() === '' || own.endsWith(text) ? text : `${own.trimEnd()} ${text}`)
  }
  return (
    <div class="examples">
      <span class="hint">{texts.form.examples}</span>
      {examples.map(({ label, text }) => (
        <button
          key={label}
          type="button"
          class="chip"
          aria-pressed={value.endsWith(text)}
          title={text}
          onClick={() => take(text)}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

interface ChoiceProps {
  place: string
  label: string
  hint?: string | undefined
  needed: boolean
  choices: readonly string[]
  value: string
  fault: string | undefined
  onChange(value: string): void
  children?: preact.ComponentChildren
}

/** One of a few, as native radio buttons that look like chips. */
export function ChoiceField(props: ChoiceProps) {
  const { place, label, hint, needed, choices, value, fault, onChange, children } = props
  return (
    <fieldset
      class="field"
      data-place={place}
      role="radiogroup"
      aria-required={needed ? 'true' : undefined}
      aria-invalid={fault ? 'true' : undefined}
      aria-describedby={describedBy(place, hint !== undefined, fault)}
    >
      <legend class="label">{label}</legend>
      <Hint place={place} text={hint} />
      <div class="chips">
        {choices.map((choice) => (
          <label key={choice} class="chip">
            <input
              type="radio"
              name={place}
              value={choice}
              checked={value === choice}
              onChange={() => onChange(choice)}
            />
            <span>{choice}</span>
          </label>
        ))}
      </div>
      {children}
      {fault && <Fault id={`${place}-fault`} text={fault} />}
    </fieldset>
  )
}

interface FlagProps {
  place: string
  label: string
  hint?: string | undefined
  value: boolean
  fault: string | undefined
  onChange(value: boolean): void
}

/** Yes or no, as a native check box that looks like a switch and is called one. */
export function FlagField({ place, label, hint, value, fault, onChange }: FlagProps) {
  return (
    <div class="field" data-place={place}>
      <label class="flag">
        <input
          id={place}
          type="checkbox"
          role="switch"
          name={place}
          checked={value}
          aria-invalid={fault ? 'true' : undefined}
          aria-describedby={describedBy(place, hint !== undefined, fault)}
          onChange={(e) => onChange(e.currentTarget.checked)}
        />
        <span class="label">{label}</span>
      </label>
      <Hint place={place} text={hint} />
      {fault && <Fault id={`${place}-fault`} text={fault} />}
    </div>
  )
}

function Hint({ place, text }: { place: string; text: string | undefined }) {
  return text === undefined ? null : (
    <p class="hint" id={`${place}-hint`}>
      {text}
    </p>
  )
}
