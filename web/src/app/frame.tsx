import type { Account } from '../api/client'
import { texts } from '../texts'
import { Icon, Mark } from '../ui/icon'
import { signInHref, type Notice } from './account'
import { formAnchor, type PageName } from './router'

export function Header({ page, account }: { page: PageName; account: Account | null }) {
  // Its place is the same whatever it says: what is beside it does not move when it is known.
  const canSignIn = account?.kind === 'guest' && account.providers.length > 0
  return (
    <header class="header">
      <div class="header-in">
        <a class="logo" href="/" aria-label={texts.site.home}>
          <Mark />
          <span>{texts.site.name}</span>
        </a>
        <nav aria-label={texts.site.nav}>
          <a href={`/#${formAnchor}`} aria-current={page === 'start' ? 'page' : undefined}>
            {texts.site.make}
          </a>
          <a href="/dashboard" aria-current={page === 'dashboard' ? 'page' : undefined}>
            {texts.site.mine}
          </a>
          <a class="header-who" href="/account" aria-current={page === 'account' ? 'page' : undefined}>
            <Icon name="person" />
            <span>{canSignIn ? texts.account.signIn : texts.account.page}</span>
          </a>
        </nav>
      </div>
    </header>
  )
}

/** What is told below the header until it is closed: a session that has ended, a sign-in that failed. */
export function NoticeBar({
  notice,
  account,
  close,
}: {
  notice: Notice
  account: Account | null
  close: () => void
}) {
  const way = account?.kind === 'guest' ? account.providers[0] : undefined
  return (
    <div class={notice.bad ? 'notice notice-bad' : 'notice'} role={notice.bad ? 'alert' : 'status'}>
      <p>{notice.text}</p>
      {notice.signIn && way && (
        <a class="button" href={account!.providers.length > 1 ? '/account' : signInHref(way.name, location)}>
          {texts.account.signIn}
        </a>
      )}
      <button class="button button-quiet button-icon" aria-label={texts.site.close} onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  )
}

export function Footer() {
  const words = texts.footer
  return (
    <footer class="footer">
      <div class="footer-in">
        <p>{words.ai}</p>
        <details>
          <summary>{words.credits}</summary>
          <p>
            {words.photo}{' '}
            <a href="https://creativecommons.org/licenses/by/4.0/deed.ko" rel="noreferrer">
              {words.photoLicence}
            </a>
          </p>
          <p>{words.font}</p>
        </details>
        <p>
          <a href="/api/docs">{words.docs}</a>
        </p>
      </div>
    </footer>
  )
}
