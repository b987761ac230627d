import { useState } from 'preact/hooks'
import type { Words } from '../../ad/fields'
import { ChoiceField } from './fields'

interface Props {
  place: string
  label: string
  hint?: string | undefined
  needed: boolean
  /** What may be picked; behind the last one is room for a text of one's own. */
  suggested: readonly string[]
  other?: Words['other']
  value: string
  fault: string | undefined
  onChange(value: string): void
}

/**
 * A text with suggestions: some to pick from, or free text behind the last. The
 * value is what the API gets; left empty, the last suggestion is the text itself.
 */
export function SuggestedField(props: Props) {
  const { place, label, hint, needed, suggested, other: words, value, fault, onChange } = props
  const other = suggested.at(-1)!
  // Whether free text was chosen: what is written there may well be a suggestion.
  const [free, setFree] = useState(false)
  const isFree = value !== '' && (free || !suggested.includes(value) || value === other)
  return (
    <ChoiceField
      place={place}
      label={label}
      hint={hint}
      needed={needed}
      choices={suggested}
      value={isFree ? other : value}
      fault={fault}
      onChange={(choice) => {
        setFree(choice === other)
        onChange(choice)
      }}
    >
      {isFree && (
        <div class="other">
          <label class="hint" for={`${place}-text`}>
            {words?.label} {words?.hint}
          </label>
          <input
            id={`${place}-text`}
            class="input"
            type="text"
            autocomplete="off"
            placeholder={words?.placeholder}
            value={value === other ? '' : value}
            onInput={(e) => {
              setFree(true)
              onChange(e.currentTarget.value || other)
            }}
          />
        </div>
      )}
    </ChoiceField>
  )
}
