import type { Answer, Api } from '../api/client'
import type { Route } from './router'

/**
 * The same API, with what the page of a route reads first on its way already: it is asked for
 * before the page is brought to life, which on a phone takes as long as the answer.
 */
export function begun(api: Api, route: Route): Api {
  switch (route.page) {
    case 'result': {
      const early = once(api.ad(route.adId))
      return { ...api, ad: (adId, signal) => (adId === route.adId && early()) || api.ad(adId, signal) }
    }
    case 'dashboard': {
      const early = once(api.list(route.cursor))
      return { ...api, list: (cursor, signal) => (cursor === route.cursor && early()) || api.list(cursor, signal) }
    }
    default:
      return api
  }
}

/** An answer for the first who asks; null for all others, who want a newer one. */
function once<T>(answer: Promise<Answer<T>>): () => Promise<Answer<T>> | null {
  let left: Promise<Answer<T>> | null = answer
  return () => {
    const mine = left
    left = null
    return mine
  }
}
