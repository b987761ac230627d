import { useEffect, useRef, useState } from 'preact/hooks'
import { removeAd } from '../../ad/remove'
import { isDone } from '../../ad/steps'
import { kstDate } from '../../ad/time'
import type { Account as Caller, List, ListedAd } from '../../api/client'
import { hrefOf, type Route } from '../../app/router'
import { useSite, useTitle } from '../../app/site'
import { loadCursors, saveCursor } from '../../keep/cursors'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import { useWatch } from '../../watch/use-watch'
import { AdCard, EmptyCard } from './ad-card'
import { ChartsPlace, Figures, useStats } from './figures'
import './dashboard.css'

const words = texts.dashboard

/** All ads of this browser, a page at a time, and what they add up to. */
export function Dashboard({ route }: { route: Route }) {
  const site = useSite()
  const { number, cursor } = route.page === 'dashboard' ? route : { number: 1, cursor: null }
  useTitle(texts.site.title(number > 1 ? `${words.page} ${words.pageNumber(number)}` : words.page))

  const who = site.who.account
  // Whoever signs in or out in another tab has other ads.
  const list = useWatch(
    `${site.who.turn}.${cursor ?? ''}`,
    (signal) => site.api.list(cursor, signal),
    (page) => page.ads.every((ad) => isDone(ad.status)),
    { tells: false },
  )
  const ads = list.value?.ads
  const finished = useNews(ads)
  // Finishing and deleting change the figures.
  const stats = useStats(`${finished}.${ads?.length ?? ''}`)
  const nobody = number === 1 && ads?.length === 0

  const next = list.value?.next_cursor ?? null
  useEffect(() => {
    saveCursor(number, cursor)
    if (next) saveCursor(number + 1, next)
  }, [number, cursor, next])

  const remove = async (ad: ListedAd) => {
    if (!(await removeAd(site, ad.ad_id, ad.product_name)) || !list.value) return
    list.set({ ...list.value, ads: list.value.ads.filter((one) => one.ad_id !== ad.ad_id) })
    list.look() // what comes after moves up
    title.current?.focus()
  }
  const title = useRef<HTMLHeadingElement>(null)

  return (
    <div class="wide dashboard">
      <header class="dashboard-head">
        <div>
          <h1 ref={title} tabIndex={-1}>
            {words.title}
          </h1>
          <p class="soft">
            {words.lead} {who?.kind === 'account' ? words.everywhere : words.browser}
          </p>
        </div>
        <a class="button button-main" href="/#make">
          <Icon name="plus" />
          {texts.site.make}
        </a>
      </header>
      <noscript>
        <p class="fault">{texts.site.noScript}</p>
      </noscript>

      {nobody ? (
        <Empty />
      ) : (
        <>
          <Figures stats={stats} />
          <section class="by-script" aria-labelledby="list" aria-busy={!list.value && !list.problem}>
            <h2 id="list" class={number > 1 ? undefined : 'hidden'}>
              {number > 1 ? `${words.list} ${words.pageNumber(number)}` : words.list}
            </h2>
            {list.problem && (
              <div class="note note-bad" role="alert">
                <p>
                  <strong>{words.failed}</strong>
                </p>
                <p>{list.problem.detail}</p>
                <button class="button" onClick={list.look}>
                  <Icon name="again" />
                  {texts.site.again}
                </button>
              </div>
            )}
            {ads?.length === 0 && <p class="soft">{words.emptyPage}</p>}
            <ul class="cards">
              {ads
                ? ads.map((ad, i) => <AdCard key={ad.ad_id} ad={ad} first={i < 2} onRemove={() => void remove(ad)} />)
                : !list.problem && Array.from({ length: 6 }, (_, i) => <EmptyCard key={i} />)}
            </ul>
            {list.value && <Pager number={number} list={list.value} />}
          </section>
          <ChartsPlace stats={stats} />
          {/* Last, as it is known last: nothing moves when it comes. */}
          {who && ads && <Stay who={who} />}
        </>
      )}
    </div>
  )
}

/**
 * How many ads were seen to finish or fail while the page was open; says each.
 */
function useNews(ads: readonly ListedAd[] | undefined): number {
  const site = useSite()
  const [count, setCount] = useState(0)
  const before = useRef(new Map<string, ListedAd['status']>())
  useEffect(() => {
    for (const ad of ads ?? []) {
      const was = before.current.get(ad.ad_id)
      before.current.set(ad.ad_id, ad.status)
      if (!was || isDone(was) || !isDone(ad.status)) continue
      site.announce((ad.status === 'succeeded' ? words.finished : words.stopped)(ad.product_name))
      setCount((n) => n + 1)
    }
  }, [ads, site])
  return count
}

/** How long a guest's ads stay; said calmly, once a page. */
function Stay({ who }: { who: Caller }) {
  const account = texts.account
  if (who.kind === 'account') return who.moving > 0 ? <p class="note">{account.moving(who.moving)}</p> : null
  if (!who.ads_end_at) return null
  return (
    <p class="soft stay">
      {account.endsOn(kstDate(who.ads_end_at))}{' '}
      {who.providers.length > 0 && <a href="/account">{account.keep}</a>}
    </p>
  )
}

function Empty() {
  return (
    <section class="empty card">
      <span class="message-icon">
        <Icon name="picture" />
      </span>
      <h2>{words.emptyTitle}</h2>
      <p>{words.emptyText}</p>
      <a class="button button-main button-large" href="/#make">
        {words.emptyAction}
      </a>
    </section>
  )
}

/**
 * Previous and next. The API knows only the way forward; the way back is what
 * this tab went through, and the first page for a tab that went no way.
 */
function Pager({ number, list }: { number: number; list: List }) {
  const [cursors, setCursors] = useState<ReturnType<typeof loadCursors>>([])
  useEffect(() => setCursors(loadCursors()), [number])
  if (number === 1 && !list.next_cursor) return null
  const before = number > 2 ? cursors[number - 1] : null
  const previous =
    number > 2 && !before
      ? hrefOf({ page: 'dashboard', number: 1, cursor: null })
      : hrefOf({ page: 'dashboard', number: number - 1, cursor: before ?? null })
  return (
    <nav class="pager" aria-label={words.pages}>
      {number > 1 ? (
        <a class="button" href={previous} rel="prev">
          <Icon name="left" />
          {number > 2 && !before ? words.first : words.previous}
        </a>
      ) : (
        <span />
      )}
      <span aria-current="page">{words.pageNumber(number)}</span>
      {list.next_cursor ? (
        <a class="button" href={hrefOf({ page: 'dashboard', number: number + 1, cursor: list.next_cursor })} rel="next">
          {words.next}
          <Icon name="right" />
        </a>
      ) : (
        <span />
      )}
    </nav>
  )
}
