/** Removes whatever this browser keeps of its owner. The page is to be loaded anew afterwards. */
export function forget(): void {
  try {
    localStorage.clear()
    sessionStorage.clear()
    indexedDB.deleteDatabase('nanococoa') // keep/photos.ts lets go of it
  } catch {
    // what cannot be reached was not kept
  }
}
