import { useEffect, useRef, useState } from 'preact/hooks'
import { fileSize, kstDate, kstDateTime } from '../../ad/time'
import type { Account as Caller, Answer } from '../../api/client'
import { keepSignedIn, leaveFor, signInHref } from '../../app/account'
import { useCaller, useSite, useTitle } from '../../app/site'
import { forget } from '../../keep/forget'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import { makeCopy, type Copy } from './copy'
import { DeleteAll } from './delete-all'
import './account.css'

const words = texts.account

/** Who is calling, and what they may do with what they have here. */
export function Account() {
  const { account: who, look: lookAgain } = useCaller()
  useTitle(texts.site.title(words.page))
  const [failed, setFailed] = useState(false)
  const look = async () => {
    setFailed(false)
    setFailed((await lookAgain()) === null)
  }
  useEffect(() => void look(), [])

  return (
    <div class="wide account">
      <h1 tabIndex={-1}>{words.title}</h1>
      <noscript>
        <p class="fault">{texts.site.noScript}</p>
      </noscript>
      <div class="by-script account-parts" aria-busy={!who && !failed}>
        {failed && !who && (
          <div class="note note-bad" role="alert">
            <p>
              <strong>{words.failed}</strong>
            </p>
            <button class="button" onClick={() => void look()}>
              <Icon name="again" />
              {texts.site.again}
            </button>
          </div>
        )}
        {!who && !failed && <div class="card account-empty" />}
        {who && (who.kind === 'account' ? <Member who={who} /> : <Guest who={who} />)}
        {who && <Data />}
        {who && <Ending member={who.kind === 'account'} />}
      </div>
    </div>
  )
}

function Guest({ who }: { who: Caller }) {
  const can = who.providers.length > 0
  return (
    <section class="card" aria-labelledby="who">
      <h2 id="who">{can ? words.guestTitle : words.guestAlone}</h2>
      {can && <p class="soft">{words.guestText}</p>}
      <p class="soft">
        {texts.dashboard.browser} {who.ads_end_at && words.endsOn(kstDate(who.ads_end_at))}
      </p>
      <SignIn who={who} />
    </section>
  )
}

/** The ways to sign in: each leads away from the site, and back to this page. */
export function SignIn({ who }: { who: Caller }) {
  if (who.kind === 'account' || who.providers.length === 0) return null
  return (
    <div class="sign-in">
      {who.providers.map(({ name, label }, i) => (
        <a key={name} class={`button button-wide ${i === 0 ? 'button-main' : ''}`} href={signInHref(name, location)}>
          {label}
        </a>
      ))}
    </div>
  )
}

function Member({ who }: { who: Caller }) {
  const site = useSite()
  const [leaving, setLeaving] = useState(false)
  const leave = async (call: () => Promise<Answer<{ logout_url: string | null }>>) => {
    setLeaving(true)
    const answer = await call()
    if (!answer.ok) {
      setLeaving(false)
      site.toast(answer.problem.detail, { bad: true })
      return
    }
    keepSignedIn(false)
    // A fresh page: nothing of what the account saw stays in this one.
    leaveFor(answer.data.logout_url ?? '/', 'signedOut')
  }
  const everywhere = async () => {
    if (await site.ask(words.everywhereAsk)) await leave(site.api.logoutEverywhere)
  }
  const rows: [label: string, value: string | null][] = [
    [words.name, who.name],
    [words.email, who.email],
    [words.provider, providerLabel(who)],
    [words.since, who.created_at && kstDate(who.created_at)],
    [words.session, who.session_ends_at && words.sessionEnds(kstDateTime(who.session_ends_at))],
  ]
  return (
    <section class="card" aria-labelledby="who">
      <h2 id="who">{words.memberTitle}</h2>
      <dl class="account-rows">
        {rows.map(
          ([label, value]) =>
            value && (
              <div key={label}>
                <dt>{label}</dt>
                <dd class="owners">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {who.moving > 0 && (
        <p class="note" role="status">
          {words.moving(who.moving)}
        </p>
      )}
      <div class="actions">
        <button class="button" disabled={leaving} onClick={() => void leave(site.api.logout)}>
          {words.logout}
        </button>
        <button class="button" disabled={leaving} onClick={() => void everywhere()}>
          {words.everywhere}
        </button>
      </div>
      <p class="hint">{words.memberNote}</p>
    </section>
  )
}

/** How somebody signed in, as the button was called; the name itself for one that is gone. */
function providerLabel(who: Caller): string | null {
  return who.providers.find((p) => p.name === who.provider)?.label ?? null
}

function Data() {
  const site = useSite()
  const [copy, setCopy] = useState<Copy | null>(null)
  const [run, setRun] = useState(0)
  const link = useRef<HTMLAnchorElement>(null)

  useEffect(() => {
    if (run === 0) return
    const end = new AbortController()
    const told = (now: Copy) => {
      setCopy(now)
      if (now.state === 'ready') site.announce(words.copyReady)
    }
    const wait = (seconds: number) =>
      new Promise<void>((resolve) => {
        const id = setTimeout(resolve, seconds * 1000)
        end.signal.addEventListener('abort', () => (clearTimeout(id), resolve()), { once: true })
      })
    setCopy({ state: 'making', done: 0, total: 0 })
    void makeCopy(site.api.exportAll, told, wait, end.signal)
    return () => end.abort()
  }, [run])
  useEffect(() => {
    if (copy?.state === 'ready') link.current?.focus()
  }, [copy?.state])

  const begin = () => setRun((n) => n + 1)
  return (
    <section class="card" aria-labelledby="copy">
      <h2 id="copy">{words.copyTitle}</h2>
      <p class="soft">{words.copyText}</p>
      {(copy === null || copy.state === 'failed') && (
        <>
          {copy && (
            <p class="note note-bad" role="alert">
              {copy.problem.detail}
            </p>
          )}
          <div class="actions">
            <button class="button" onClick={begin}>
              <Icon name="download" />
              {copy ? texts.site.again : words.copyStart}
            </button>
          </div>
        </>
      )}
      {copy?.state === 'making' && (
        <div class="copying">
          <label for="copying">{copy.total > 0 ? words.copying(copy.done, copy.total) : words.copyBegins}</label>
          {copy.total > 0 ? (
            <progress id="copying" class="progress" value={copy.done} max={copy.total} />
          ) : (
            <progress id="copying" class="progress" />
          )}
          <p class="hint">{words.copyStay}</p>
        </div>
      )}
      {copy?.state === 'ready' && (
        <div class="actions">
          <a ref={link} class="button button-main" href={copy.url} download>
            <Icon name="download" />
            {words.copySave} {copy.bytes !== null && <small>ZIP, {fileSize(copy.bytes)}</small>}
          </a>
          <button class="button button-quiet" onClick={begin}>
            <Icon name="again" />
            {words.copyAgain}
          </button>
        </div>
      )}
    </section>
  )
}

function Ending({ member }: { member: boolean }) {
  const site = useSite()
  const [asked, setAsked] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const kind = member ? words.end : words.endGuest

  const answer = async (yes: boolean): Promise<string | null> => {
    if (!yes) {
      setAsked(false)
      button.current?.focus()
      return null
    }
    const done = await site.api.removeAccount()
    if (!done.ok) return done.problem.detail
    forget()
    leaveFor(done.data.logout_url ?? '/', 'ended')
    return null
  }
  return (
    <section class="card" aria-labelledby="ending">
      <h2 id="ending">{kind.title}</h2>
      <p class="soft">{kind.text}</p>
      <div class="actions">
        <button ref={button} class="button account-end" onClick={() => setAsked(true)}>
          <Icon name="trash" />
          {kind.start}
        </button>
      </div>
      {asked && <DeleteAll kind={kind} answer={answer} />}
    </section>
  )
}
