import { useEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../../texts'
import '../../ui/dialog.css'

const words = texts.account

/**
 * The question before everything is lost: what that is, and a word to type. `answer` gives
 * what went wrong, null when nothing did.
 */
export function DeleteAll({
  kind,
  answer,
}: {
  kind: { ask: string; lost: readonly string[]; yes: string }
  answer: (yes: boolean) => Promise<string | null>
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    dialog.current?.showModal()
    field.current?.focus()
  }, [])

  const submit = async (e: Event) => {
    e.preventDefault()
    if (busy) return
    if (typed.trim() !== words.endWord) {
      setFault(words.endWrong)
      field.current?.focus()
      return
    }
    setFault(null)
    setBusy(true)
    const wrong = await answer(true)
    if (wrong === null) return // this is gone
    setBusy(false)
    setFault(wrong)
  }
  return (
    <dialog
      ref={dialog}
      class="dialog confirm"
      aria-labelledby="end-title"
      aria-describedby="end-lost"
      onCancel={(e) => {
        if (busy) e.preventDefault()
      }}
      onClose={() => void answer(false)}
      onClick={(e) => {
        if (e.target === e.currentTarget && !busy) e.currentTarget.close()
      }}
    >
      <form class="confirm-in" onSubmit={(e) => void submit(e)} noValidate>
        <h2 id="end-title">{kind.ask}</h2>
        <ul id="end-lost" class="note note-bad note-list end-lost">
          {kind.lost.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <div class="end-field">
          <label for="end-word">{words.endType}</label>
          <input
            ref={field}
            id="end-word"
            autocomplete="off"
            value={typed}
            aria-invalid={fault !== null}
            aria-describedby={fault === null ? undefined : 'end-fault'}
            onInput={(e) => setTyped(e.currentTarget.value)}
          />
          <p id="end-fault" role="alert">
            {fault}
          </p>
        </div>
        <div class="confirm-buttons">
          <button type="button" class="button" disabled={busy} onClick={() => dialog.current?.close()}>
            {texts.site.cancel}
          </button>
          <button class="button button-danger" disabled={busy}>
            {busy ? words.ending : kind.yes}
          </button>
        </div>
      </form>
    </dialog>
  )
}
