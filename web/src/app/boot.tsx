import { hydrate, render } from 'preact'
import { connect } from '../api/client'
import { sendToBucket } from '../api/send'
import { openPhotos } from '../keep/photos'
import { tabLock, Uploads } from '../keep/uploads'
import { begun } from './begun'
import { App, type Loaders, type Page } from './app'
import { routeOf, type PageName } from './router'

const loaders: Loaders = {
  start: () => import('../pages/start/start').then((m) => m.Start),
  result: () => import('../pages/result/result').then((m) => m.Result),
  dashboard: () => import('../pages/dashboard/dashboard').then((m) => m.Dashboard),
  account: () => import('../pages/account/account').then((m) => m.Account),
  missing: () => import('../pages/missing/missing').then((m) => m.Missing),
}

/**
 * Brings a page to life. `name` and `Mine` are of the HTML file that was served;
 * should the address want another page, that one is shown instead.
 */
export async function boot(name: PageName, Mine: Page): Promise<void> {
  const root = document.getElementById('app')
  if (!root) throw new Error('the page has no #app')
  const photos = openPhotos()
  const route = routeOf(location)
  const mine = route.page === name
  const app = (
    <App
      api={begun(connect(), route)}
      photos={photos}
      uploads={new Uploads(photos, sendToBucket, tabLock)}
      loaders={loaders}
      first={{ route, Page: mine ? Mine : await loaders[route.page]() }}
    />
  )
  if (mine) {
    hydrate(app, root)
  } else {
    root.replaceChildren()
    render(app, root)
  }
  performance.mark('usable')
}
