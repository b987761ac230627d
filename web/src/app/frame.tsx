import { texts } from '../texts'
import { Mark } from '../ui/icon'
import { formAnchor, type PageName } from './router'

export function Header({ page }: { page: PageName }) {
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
        </nav>
      </div>
    </header>
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
