import { useId } from 'preact/hooks'
import './switch.css'

interface Props<T extends string> {
  label: string
  value: T
  choices: readonly (readonly [T, string])[]
  onChange(value: T): void
}

/** One of a few views, as native radio buttons in a row. */
export function Switch<T extends string>({ label, value, choices, onChange }: Props<T>) {
  const name = useId()
  return (
    <fieldset class="switch" role="radiogroup" aria-label={label}>
      {choices.map(([choice, text]) => (
        <label key={choice} class="switch-choice">
          <input type="radio" name={name} value={choice} checked={value === choice} onChange={() => onChange(choice)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  )
}
