import { renderToString } from 'preact-render-to-string'
import { connect } from '../api/client'
import type { Photos } from '../keep/photos'
import { Uploads } from '../keep/uploads'
import { Account } from '../pages/account/account'
import { Dashboard } from '../pages/dashboard/dashboard'
import { Missing } from '../pages/missing/missing'
import { Result } from '../pages/result/result'
import { Start } from '../pages/start/start'
import { texts } from '../texts'
import { App, type AppProps, type Loaders } from './app'

const pages: Record<string, AppProps['first'] & { title: string; indexed: boolean }> = {
  '/index.html': { route: { page: 'start' }, Page: Start, title: texts.start.page, indexed: true },
  '/result.html': { route: { page: 'result', adId: '' }, Page: Result, title: texts.making.title, indexed: false },
  '/dashboard.html': {
    route: { page: 'dashboard', number: 1, cursor: null },
    Page: Dashboard,
    title: texts.dashboard.page,
    indexed: false,
  },
  '/account.html': { route: { page: 'account' }, Page: Account, title: texts.account.page, indexed: false },
  '/404.html': { route: { page: 'missing' }, Page: Missing, title: texts.missing.page, indexed: false },
}

/** The first view of one of the HTML files, and what belongs into its head. */
export function render(file: string): { head: string; body: string } {
  const page = pages[file]
  if (!page) throw new Error(`no page is called ${file}`)
  const { title, indexed, ...first } = page
  const head = (
    <>
      <title>{texts.site.title(title)}</title>
      <meta name="description" content={texts.site.description} />
      {indexed ? (
        <>
          <meta property="og:type" content="website" />
          <meta property="og:locale" content="ko_KR" />
          <meta property="og:site_name" content={texts.site.name} />
          <meta property="og:title" content={texts.site.title(title)} />
          <meta property="og:description" content={texts.site.description} />
          {/* infra/site puts the origin before these addresses when it publishes the page. */}
          <meta property="og:url" content="/" />
          <meta property="og:image" content="/og.jpg" />
          <meta property="og:image:width" content="800" />
          <meta property="og:image:height" content="800" />
          <meta property="og:image:alt" content={texts.start.afterAlt} />
          <meta name="twitter:card" content="summary_large_image" />
        </>
      ) : (
        <meta name="robots" content="noindex" />
      )}
    </>
  )
  return {
    head: renderToString(head),
    body: renderToString(<App {...absent} first={first} />),
  }
}

// What is not there while a page is written: nothing calls it, since effects do
// not run and nobody clicks.
const noPhotos: Photos = { get: async () => null, put: async () => {}, remove: async () => {} }
const absent: Omit<AppProps, 'first'> = {
  api: connect(),
  photos: noPhotos,
  uploads: new Uploads(
    noPhotos,
    async () => 'unreachable',
    async () => {},
  ),
  loaders: {} as Loaders,
}
