import type { ComponentType } from 'preact'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Api } from '../api/client'
import type { Photos } from '../keep/photos'
import type { Uploads } from '../keep/uploads'
import { within } from '../keep/within'
import { texts } from '../texts'
import { Confirm } from '../ui/confirm'
import { arrivalOf, takeParting, useWho, type Notice } from './account'
import { Footer, Header, NoticeBar } from './frame'
import { formAnchor, hrefOf, routeOf, type PageName, type Route } from './router'
import { SiteContext, useOnline, WhoContext, type Question, type Site, type Toast } from './site'
import './app.css'

export type Page = ComponentType<{ route: Route }>
export type Loaders = Record<PageName, () => Promise<Page>>

interface View {
  route: Route
  Page: Page
}

export interface AppProps {
  api: Api
  photos: Photos
  uploads: Uploads
  loaders: Loaders
  first: View
}

/** How long a page's script may take to come, before the page is loaded as a whole. */
const patience = 15_000

/** How long a toast stays: long enough to be read twice. */
const toastTime = 6_000

/**
 * The frame around every page: header, footer, the address, and what speaks to
 * the owner from outside of a page.
 */
export function App({ api, photos, uploads, loaders, first }: AppProps) {
  const [view, setView] = useState<View>(first)
  const [spoken, setSpoken] = useState('')
  const [toast, setToast] = useState<Toast | null>(null)
  const [asked, setAsked] = useState<{ question: Question; answer: (yes: boolean) => void } | null>(null)
  const main = useRef<HTMLElement>(null)
  const moved = useRef(false)
  const online = useOnline()
  const [notice, setNotice] = useState<Notice | null>(null)
  const who = useWho(api, (elsewhere) => {
    setNotice({ text: elsewhere ? texts.account.signedOutElsewhere : texts.account.over, bad: false, signIn: true })
  })

  const show = useCallback(
    async (route: Route) => {
      let Page: Page
      try {
        Page = await within(patience, loaders[route.page]())
      } catch {
        // A new version is out and the old one's files are gone, or the line hangs.
        location.reload()
        return
      }
      moved.current = true
      await transition(async () => {
        setView({ route, Page })
        await rendered()
        // Not the header's links but the page's name is what comes next for
        // those who move by keyboard or ear.
        const make = route.page === 'start' && route.make
        main.current?.querySelector<HTMLElement>(make ? `#${formAnchor} h2` : 'h1')?.focus({ preventScroll: true })
      })
    },
    [loaders],
  )

  const site = useMemo<Site>(
    () => ({
      api,
      photos,
      uploads,
      go(route, how) {
        history[how?.replace ? 'replaceState' : 'pushState'](null, '', hrefOf(route))
        void show(route).then(() => arrive(route))
      },
      moved: () => moved.current,
      prepare(page) {
        loaders[page]().catch(() => {}) // it will be told when it is needed
      },
      announce(text) {
        // The same words again are only spoken when they change.
        setSpoken((before) => (before === text ? `${text}\u00a0` : text))
      },
      toast(text, how) {
        setToast({ text, bad: how?.bad ?? false })
      },
      ask: (question) =>
        new Promise((resolve) => {
          setAsked({
            question,
            answer(yes) {
              setAsked(null)
              resolve(yes)
            },
          })
        }),
    }),
    [api, photos, uploads, loaders, show],
  )

  useEffect(() => {
    const onClick = (e: MouseEvent) => {
      const route = routeOfClick(e)
      if (!route) return
      e.preventDefault()
      site.go(route)
    }
    const onPop = () => void show(routeOf(location))
    const onLeave = (e: BeforeUnloadEvent) => {
      if (uploads.busy) e.preventDefault()
    }
    document.addEventListener('click', onClick)
    addEventListener('popstate', onPop)
    addEventListener('beforeunload', onLeave)
    return () => {
      document.removeEventListener('click', onClick)
      removeEventListener('popstate', onPop)
      removeEventListener('beforeunload', onLeave)
    }
  }, [site, show, uploads])

  // Somebody comes back from the issuer, has signed out or deleted everything: said once.
  useEffect(() => {
    const said = takeParting()
    if (said) setToast({ text: said, bad: false })
    const came = arrivalOf(location.search)
    if (!came) return
    history.replaceState(history.state, '', location.pathname + came.search + location.hash)
    if (came.arrival.toast) setToast({ text: came.arrival.toast, bad: false })
    if (came.arrival.notice) setNotice(came.arrival.notice)
  }, [])

  useEffect(() => {
    if (!toast) return
    const id = setTimeout(() => setToast(null), toastTime)
    return () => clearTimeout(id)
  }, [toast])

  const { Page, route } = view
  return (
    <SiteContext.Provider value={site}>
      <a class="skip" href="#main">
        {texts.site.skip}
      </a>
      <Header page={route.page} account={who.account} />
      <div class="offline" role="status">
        {!online && <p>{texts.site.offline}</p>}
      </div>
      {notice && <NoticeBar notice={notice} account={who.account} close={() => setNotice(null)} />}
      <main id="main" ref={main} tabIndex={-1}>
        <WhoContext.Provider value={who}>
          <Page key={keyOf(route)} route={route} />
        </WhoContext.Provider>
      </main>
      <Footer />
      <div class="hidden" aria-live="polite">
        {spoken}
      </div>
      <div class="toasts">
        <div role="status">{toast && !toast.bad && <p class="toast">{toast.text}</p>}</div>
        <div role="alert">{toast?.bad && <p class="toast toast-bad">{toast.text}</p>}</div>
      </div>
      {asked && <Confirm {...asked.question} answer={asked.answer} />}
    </SiteContext.Provider>
  )
}

/** Two ads are two pages; two pages of the dashboard are one. */
function keyOf(route: Route): string {
  return route.page === 'result' ? route.adId : route.page
}

/** The route that a click on a link of this site leads to, null for all others. */
function routeOfClick(e: MouseEvent): Exclude<Route, { page: 'missing' }> | null {
  if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return null
  const link = e.target instanceof Element ? e.target.closest('a') : null
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return null
  // A place on this very page is the browser's own affair.
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return null
  const route = routeOf(link)
  return route.page === 'missing' ? null : route
}

/** Scrolls to where a new page is to be read from. */
function arrive(route: Route): void {
  const form = route.page === 'start' && route.make ? document.getElementById(formAnchor) : null
  if (form) form.scrollIntoView()
  else scrollTo(0, 0)
}

/** Runs a change of the page as a view transition, where there are such and they are welcome. */
async function transition(change: () => Promise<void>): Promise<void> {
  if (!document.startViewTransition || matchMedia('(prefers-reduced-motion: reduce)').matches) return change()
  await document.startViewTransition(change).updateCallbackDone
}

/** Preact renders in a microtask after a change of state; a task later it has. */
function rendered(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}
