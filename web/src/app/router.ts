/** Where in the site somebody is. */
export type Route =
  | { page: 'start'; make?: true } // `make`: at the form
  | { page: 'result'; adId: string }
  | { page: 'dashboard'; number: number; cursor: string | null }
  | { page: 'account' }
  | { page: 'missing' }

/** The form's place on the start page. */
export const formAnchor = 'make'

export type PageName = Route['page']

const adForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The route of an address; everything unknown is missing. */
export function routeOf(url: Pick<URL, 'pathname' | 'search' | 'hash'>): Route {
  const path = url.pathname.replace(/\/+$/, '') || '/'
  if (path === '/' || path === '/index.html')
    return url.hash === `#${formAnchor}` ? { page: 'start', make: true } : { page: 'start' }
  if (path === '/dashboard') {
    const query = new URLSearchParams(url.search)
    const cursor = query.get('cursor')
    const number = Number(query.get('page'))
    // A number without its cursor, or the other way round, is no page.
    if (!cursor || !Number.isSafeInteger(number) || number < 2) return { page: 'dashboard', number: 1, cursor: null }
    return { page: 'dashboard', number, cursor }
  }
  if (path === '/account') return { page: 'account' }
  const [, first, adId, more] = path.split('/')
  if (first === 'result' && adId && more === undefined && adForm.test(adId)) return { page: 'result', adId }
  return { page: 'missing' }
}

/** The address of a route. */
export function hrefOf(route: Exclude<Route, { page: 'missing' }>): string {
  switch (route.page) {
    case 'start':
      return route.make ? `/#${formAnchor}` : '/'
    case 'account':
      return '/account'
    case 'result':
      return `/result/${route.adId}`
    case 'dashboard': {
      if (!route.cursor) return '/dashboard'
      return `/dashboard?${new URLSearchParams({ page: String(route.number), cursor: route.cursor })}`
    }
  }
}
