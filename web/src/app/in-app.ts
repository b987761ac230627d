/** An app whose built-in browser shows this page. */
export type InApp = 'KakaoTalk' | 'Naver' | 'Instagram' | 'Facebook' | 'LINE' | 'other'

// Each app's name in its browser's User-Agent, as the apps send it.
const apps: readonly [InApp, RegExp][] = [
  ['KakaoTalk', /KAKAOTALK/i],
  ['Naver', /NAVER\(inapp/i],
  ['Instagram', /Instagram/i],
  ['Facebook', /FBAN|FBAV|FB_IAB/],
  ['LINE', /\bLine\//],
  // Band, Daum and whatever else puts a page into Android's web view ("; wv").
  ['other', /BAND\/|DaumApps|; wv\)/],
]

/**
 * The app whose own browser this is, null for a browser of its own. Such a browser
 * drops downloads in silence and keeps its cookies to itself.
 */
export function inApp(userAgent: string): InApp | null {
  return apps.find(([, name]) => name.test(userAgent))?.[0] ?? null
}

/**
 * The address that opens a page of the site in the phone's own browser, null where
 * only the app's menu can. KakaoTalk and LINE have an address for it, Android an
 * intent for everything; iOS lets no other app choose.
 */
export function outside(page: string, app: InApp, userAgent: string): string | null {
  const url = new URL(page)
  switch (true) {
    case app === 'KakaoTalk':
      return `kakaotalk://web/openExternal?url=${encodeURIComponent(url.href)}`
    case app === 'LINE':
      url.searchParams.set('openExternalBrowser', '1')
      return url.href
    case /Android/.test(userAgent):
      return `intent://${url.host}${url.pathname}${url.search}#Intent;scheme=${url.protocol.slice(0, -1)};end`
    default:
      return null
  }
}
