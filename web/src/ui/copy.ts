import { within } from '../keep/within'

/** How long the clipboard may take: some web views show a question nobody can see. */
const patience = 3_000

/**
 * Puts a text on the clipboard; false when the browser does not let us. The
 * second way is for pages over plain HTTP, where the first does not exist.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await within(patience, navigator.clipboard.writeText(text))
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.className = 'hidden'
  document.body.append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
    if (before instanceof HTMLElement) before.focus()
  }
}
