import { useState } from 'preact/hooks'
import { count } from '../ad/fields'
import type { Copies } from '../api/client'
import { useSite } from '../app/site'
import { TextField } from '../pages/start/fields'
import { texts } from '../texts'
import { Icon } from '../ui/icon'
import type { Studio } from './use-studio'

const words = texts.studio.words

/** The words: written in place, or taken from suggestions. */
export function WordsTool({ studio }: { studio: Studio }) {
  const { draft, design, written, busy, choices } = studio
  if (!choices) return <p aria-busy="true">{texts.site.loading}</p>
  const limits = { main_copy: choices.main_copy_max, sub_copy: choices.sub_copy_max }
  const over = (name: 'main_copy' | 'sub_copy') => {
    const n = count(draft[name])
    return n > limits[name] ? texts.fault.tooLong(limits[name], n) : undefined
  }
  const faults = { main_copy: over('main_copy'), sub_copy: over('sub_copy') }
  const ready = written && !busy && !faults.main_copy && !faults.sub_copy
  return (
    <form
      class="tool"
      noValidate
      onSubmit={(e) => {
        e.preventDefault()
        if (ready) void studio.apply(draft)
      }}
    >
      <TextField
        place="main_copy"
        label={words.main}
        limit={limits.main_copy}
        value={draft.main_copy}
        fault={faults.main_copy}
        onChange={(main_copy) => studio.write({ ...draft, main_copy })}
      />
      <TextField
        place="sub_copy"
        label={words.sub}
        hint={words.hint}
        limit={limits.sub_copy}
        value={draft.sub_copy}
        fault={faults.sub_copy}
        onChange={(sub_copy) => studio.write({ ...draft, sub_copy })}
      />
      <div class="tool-actions">
        <button class="button button-main" aria-disabled={ready ? undefined : 'true'}>
          {words.apply}
        </button>
        {written && (
          <button
            type="button"
            class="button button-quiet"
            onClick={() => studio.write({ main_copy: design.main_copy, sub_copy: design.sub_copy })}
          >
            {words.reset}
          </button>
        )}
      </div>
      <Suggestions studio={studio} />
    </form>
  )
}

function Suggestions({ studio }: { studio: Studio }) {
  const site = useSite()
  const [copies, setCopies] = useState<Copies['copies']>([])
  const [asking, setAsking] = useState(false)
  const ask = async () => {
    if (asking) return
    setAsking(true)
    const answer = await site.api.copies(studio.ad.ad_id)
    setAsking(false)
    if (!answer.ok) return site.toast(answer.problem.detail, { bad: true })
    setCopies(answer.data.copies)
    site.announce(words.suggestions)
  }
  return (
    <div class="suggestions" aria-busy={asking}>
      <button type="button" class="button" aria-disabled={asking ? 'true' : undefined} onClick={() => void ask()}>
        <Icon name="again" />
        {asking ? words.suggesting : words.suggest}
      </button>
      {copies.length > 0 && (
        <ul class="suggestions-list" aria-label={words.suggestions}>
          {copies.map((c) => {
            const taken = c.main_copy === studio.draft.main_copy && c.sub_copy === studio.draft.sub_copy
            return (
              <li key={`${c.main_copy}\n${c.sub_copy}`}>
                <button
                  type="button"
                  class="suggestion"
                  aria-pressed={taken}
                  onClick={() => studio.write({ main_copy: c.main_copy, sub_copy: c.sub_copy })}
                >
                  <strong>{c.main_copy}</strong>
                  <span>{c.sub_copy}</span>
                </button>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}
