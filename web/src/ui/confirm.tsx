import { useEffect, useRef } from 'preact/hooks'
import type { Question } from '../app/site'
import { texts } from '../texts'
import './dialog.css'

/** A question before something that cannot be undone. Escape and a press beside it mean no. */
export function Confirm({ title, body, yes, no, answer }: Question & { answer: (yes: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      class="dialog confirm"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-body"
      onClose={() => answer(dialog.current?.returnValue === 'yes')}
      onClick={(e) => {
        if (e.target === e.currentTarget) e.currentTarget.close()
      }}
    >
      <form method="dialog" class="confirm-in">
        <h2 id="confirm-title">{title}</h2>
        <p id="confirm-body" class="owners">
          {body}
        </p>
        <div class="confirm-buttons">
          <button class="button" value="no" autofocus>
            {no ?? texts.site.cancel}
          </button>
          <button class="button button-danger" value="yes">
            {yes}
          </button>
        </div>
      </form>
    </dialog>
  )
}
