/**
 * Whether this browser keeps cookies. Without one nobody is the owner of an ad, not
 * even a moment after it was ordered.
 */
export function keepsCookies(): boolean {
  try {
    if (!navigator.cookieEnabled) return false
    document.cookie = 'nanococoa.probe=1; SameSite=Lax; path=/'
    const kept = document.cookie.includes('nanococoa.probe=')
    document.cookie = 'nanococoa.probe=; SameSite=Lax; path=/; Max-Age=0'
    return kept
  } catch {
    return false // forbidden altogether
  }
}
