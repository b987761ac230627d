import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { Api } from '../api/client'
import type { Photos } from '../keep/photos'
import type { Uploads } from '../keep/uploads'
import type { Who } from './account'
import type { Route } from './router'

export interface Question {
  title: string
  body: string
  yes: string
  /** Left out: 취소. */
  no?: string
}

export interface Toast {
  text: string
  bad: boolean
}

/** What every page may use. It is the same as long as the site is open: effects may hang on it. */
export interface Site {
  api: Api
  photos: Photos
  uploads: Uploads
  /** Goes to a route; `replace` leaves no trace of the page that is left. */
  go(route: Exclude<Route, { page: 'missing' }>, how?: { replace?: boolean }): void
  /** Whether this page was reached from another page of this visit. */
  moved(): boolean
  /** Loads a page's script ahead of its use. */
  prepare(page: Route['page']): void
  /** Tells what happened to those who hear the page, and nothing to those who see it. */
  announce(text: string): void
  /** Tells it to everybody, for a few seconds. */
  toast(text: string, how?: { bad?: boolean }): void
  /** Asks before something that cannot be undone. */
  ask(question: Question): Promise<boolean>
}

export const SiteContext = createContext<Site | null>(null)

/** Who is calling, which becomes known and changes while the site is open. */
export const WhoContext = createContext<Who | null>(null)

export function useCaller(): Who {
  const who = useContext(WhoContext)
  if (!who) throw new Error('a page outside of the site')
  return who
}

export function useSite(): Site {
  const site = useContext(SiteContext)
  if (!site) throw new Error('a page outside of the site')
  return site
}

/** The document's title while a component is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title
  }, [title])
}

/** Renders again whenever the uploads change. */
export function useUploads(): Uploads {
  const { uploads } = useSite()
  const [, again] = useState(0)
  useEffect(() => uploads.subscribe(() => again((n) => n + 1)), [uploads])
  return uploads
}

/** Whether the browser is online; true while that is unknown. */
export function useOnline(): boolean {
  const [online, set] = useState(true)
  useEffect(() => {
    const read = () => set(navigator.onLine)
    read()
    addEventListener('online', read)
    addEventListener('offline', read)
    return () => {
      removeEventListener('online', read)
      removeEventListener('offline', read)
    }
  }, [])
  return online
}
