import { wordsOf, type Field } from '../../ad/fields'
import { ChoiceField, FlagField, TextField } from './fields'
import { SuggestedField } from './suggested-field'

interface Props {
  field: Field
  value: string | boolean
  fault: string | undefined
  onChange(value: string | boolean): void
}

/** A field of the table, as its kind is asked for. */
export function OwnerField({ field, value, fault, onChange }: Props) {
  const words = wordsOf(field)
  const common = { ...words, place: field.name, fault, onChange }
  switch (field.kind) {
    case 'flag':
      return <FlagField {...common} value={value === true} />
    case 'choice':
      return <ChoiceField {...common} needed={field.needed} choices={field.choices} value={String(value)} />
    case 'text':
      return field.suggested ? (
        <SuggestedField {...common} needed={field.needed} suggested={field.suggested} value={String(value)} />
      ) : (
        <TextField {...common} limit={field.limit} value={String(value)} />
      )
  }
}
