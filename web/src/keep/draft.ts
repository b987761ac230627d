import { emptyDraft, type Draft } from '../ad/fields'

const name = 'nanococoa.draft'

/** The words of the form, kept in this browser while they are not sent. */
export function loadDraft(): Draft | null {
  try {
    return parseDraft(localStorage.getItem(name))
  } catch {
    return null // a browser that keeps nothing
  }
}

export function saveDraft(draft: Draft): void {
  try {
    localStorage.setItem(name, JSON.stringify(draft))
  } catch {
    // full or forbidden: the form works without
  }
}

export function clearDraft(): void {
  try {
    localStorage.removeItem(name)
  } catch {
    // nothing was kept
  }
}

/** A draft from what was stored, null when there is none worth restoring. */
export function parseDraft(stored: string | null): Draft | null {
  if (!stored) return null
  try {
    const value: unknown = JSON.parse(stored)
    if (typeof value !== 'object' || value === null) return null
    const kept = Object.entries(value).filter(([key, v]) => typeof v === typeof emptyDraft[key as keyof Draft])
    const draft: Draft = { ...emptyDraft, ...Object.fromEntries(kept) }
    return isEmpty(draft) ? null : draft
  } catch {
    return null
  }
}

/** Whether nothing was written or chosen yet. */
export function isEmpty(draft: Draft): boolean {
  return (Object.keys(emptyDraft) as (keyof Draft)[]).every((key) => draft[key] === emptyDraft[key])
}
