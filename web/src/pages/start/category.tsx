import { useState } from 'preact/hooks'
import { texts } from '../../texts'
import { ChoiceField } from './fields'

const { categories, other } = texts.form

/**
 * The category: three choices, or free text behind the fourth. The value is what
 * the API gets; left empty, the fourth choice is the category itself.
 */
export function CategoryField({ value, fault, onChange }: { value: string; fault: string | undefined; onChange(value: string): void }) {
  const words = texts.form
  // Whether free text was chosen: what is written there may well be "식품".
  const [free, setFree] = useState(false)
  const isFree = value !== '' && (free || !(categories as readonly string[]).includes(value) || value === other)
  return (
    <ChoiceField
      place="product_category"
      label={words.category}
      choices={categories}
      value={isFree ? other : value}
      fault={fault}
      onChange={(choice) => {
        setFree(choice === other)
        onChange(choice)
      }}
    >
      {isFree && (
        <div class="other">
          <label class="hint" for="category-text">
            {words.otherLabel} {words.otherHint}
          </label>
          <input
            id="category-text"
            class="input"
            type="text"
            autocomplete="off"
            placeholder={words.otherPlaceholder}
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
