import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Account, Api } from '../api/client'
import { texts } from '../texts'

/** What the site tells until it is closed: below the header, on every page. */
export interface Notice {
  text: string
  bad: boolean
  /** Whether to offer the sign-in. */
  signIn: boolean
}

/** What a person who comes back from the issuer is told. */
export interface Arrival {
  toast?: string
  notice?: Notice
}

const words = texts.account

/**
 * Reads what a sign-in has left in an address (GET /api/account/callback), and gives the
 * address without it; null when there is nothing.
 */
export function arrivalOf(search: string): { arrival: Arrival; search: string } | null {
  const query = new URLSearchParams(search)
  const signedIn = query.get('signed_in') === '1'
  const fault = query.get('sign_in')
  if (!signedIn && fault === null) return null
  const moved = Number(query.get('moved'))
  for (const name of ['signed_in', 'moved', 'sign_in']) query.delete(name)
  const rest = query.toString()
  let arrival: Arrival
  if (fault !== null) arrival = { notice: { text: faultWords(fault), bad: true, signIn: true } }
  else arrival = { toast: Number.isSafeInteger(moved) && moved > 0 ? words.moved(moved) : words.signedIn }
  return { arrival, search: rest && `?${rest}` }
}

function faultWords(code: string): string {
  const faults = words.fault
  return Object.hasOwn(faults, code) ? faults[code as keyof typeof faults] : faults.other
}

/** What is said on the page that comes next in this tab, by way of the issuer or not. */
const parting = 'nanococoa.parting'

/** Goes to another page, and says there what has been done. */
export function leaveFor(address: string, said: 'ended' | 'signedOut'): void {
  try {
    sessionStorage.setItem(parting, said)
  } catch {
    // then it is not said
  }
  location.assign(address)
}

/** What there is to say of the page before, once. */
export function takeParting(): string | null {
  try {
    const said = sessionStorage.getItem(parting)
    sessionStorage.removeItem(parting)
    return said === 'ended' ? words.ended : said === 'signedOut' ? words.signedOut : null
  } catch {
    return null
  }
}

/** Where a sign-in begins; afterwards it comes back to this very page. */
export function signInHref(provider: string, at: Pick<Location, 'pathname' | 'search'>): string {
  const search = arrivalOf(at.search)?.search ?? at.search
  return `/api/account/login?${new URLSearchParams({ provider, return_to: at.pathname + search })}`
}

/** What is kept in this browser of who was signed in: that somebody was. */
const name = 'nanococoa.signed-in'

function wasSignedIn(): boolean {
  try {
    return localStorage.getItem(name) !== null
  } catch {
    return false
  }
}

/** Keeps whether somebody is signed in, for all tabs. */
export function keepSignedIn(is: boolean): void {
  try {
    if (is) localStorage.setItem(name, '1')
    else localStorage.removeItem(name)
  } catch {
    // then nobody is told that a session has ended
  }
}

export interface Who {
  /** Null while it is unknown. */
  account: Account | null
  /** How often it changed who is calling while the site was open: lists are another's then. */
  turn: number
  /** Asks again; gives what is answered. */
  look(): Promise<Account | null>
}

/** A tab that was away for so long asks again: a session may have ended, or begun elsewhere. */
const stale = 60_000

/**
 * Who is calling. `onEnd` is told when a session has ended that nobody signed out of here.
 * The first look waits until the page is there: nothing on it needs the answer.
 */
export function useWho(api: Api, onEnd: (elsewhere: boolean) => void): Who {
  const [state, set] = useState<Pick<Who, 'account' | 'turn'>>({ account: null, turn: 0 })
  const last = useRef<{ kind: Account['kind'] | null; at: number }>({ kind: null, at: 0 })
  const told = useRef(onEnd)
  told.current = onEnd

  const look = useCallback(async () => {
    last.current.at = Date.now()
    const answer = await api.account()
    if (!answer.ok) return null
    const { kind } = answer.data
    const before = last.current.kind
    last.current.kind = kind
    set((s) => ({ account: answer.data, turn: s.turn + (before !== null && before !== kind ? 1 : 0) }))
    const was = wasSignedIn()
    if (kind === 'account') keepSignedIn(true)
    // Signed out in another tab: that one has said so already, and this one did not know.
    else if (was || before === 'account') {
      keepSignedIn(false)
      told.current(!was)
    }
    return answer.data
  }, [api])

  useEffect(() => {
    const first = setTimeout(() => void look(), 300)
    const back = () => {
      if (document.visibilityState === 'visible' && Date.now() - last.current.at > stale) void look()
    }
    // Another tab has signed in or out.
    const other = (e: StorageEvent) => {
      if (e.key === name) void look()
    }
    document.addEventListener('visibilitychange', back)
    addEventListener('storage', other)
    return () => {
      clearTimeout(first)
      document.removeEventListener('visibilitychange', back)
      removeEventListener('storage', other)
    }
  }, [look])

  return { ...state, look }
}
