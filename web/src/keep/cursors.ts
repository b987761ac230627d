const name = 'nanococoa.cursors'

/** The cursors of the dashboard's pages that this tab went through, by page number. */
export function loadCursors(): (string | null | undefined)[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(name) ?? '[]')
    return Array.isArray(value) ? value.map((c) => (typeof c === 'string' ? c : null)) : []
  } catch {
    return []
  }
}

export function saveCursor(page: number, cursor: string | null): void {
  try {
    const all = loadCursors()
    all[page] = cursor
    sessionStorage.setItem(name, JSON.stringify(all))
  } catch {
    // the way back leads to the first page then
  }
}
