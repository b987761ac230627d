import { texts } from '../../texts'
import { Icon, type IconName } from '../../ui/icon'
import { useTitle } from '../../app/site'
import { AdForm } from './form'
import './start.css'

const icons: readonly IconName[] = ['picture', 'words', 'clock']

export function Start() {
  const words = texts.start
  useTitle(texts.site.title(words.page))
  return (
    <>
      <section class="hero wide">
        <div class="hero-words">
          <h1 tabIndex={-1}>
            {words.title.map((line, i) => (
              <>
                {i > 0 && ' '}
                <span>{line}</span>
              </>
            ))}
          </h1>
          <p class="hero-lead">{words.lead}</p>
          <p class="hero-action">
            <a class="button button-main button-large" href="#make">
              {words.cta}
            </a>
          </p>
          <p class="soft">{words.note}</p>
        </div>
        <div class="example">
          <figure class="example-after">
            <img src="/example-after.webp" width="1024" height="1024" alt={words.afterAlt} fetchpriority="high" />
            <figcaption>
              <strong>{words.after}</strong> {words.exampleNote}
            </figcaption>
          </figure>
          <figure class="example-before">
            <img src="/example-before.jpg" width="400" height="400" alt={words.beforeAlt} />
            <figcaption>{words.before}</figcaption>
          </figure>
        </div>
      </section>

      <section class="wide" aria-labelledby="features">
        <h2 id="features" class="hidden">
          {words.features}
        </h2>
        <ul class="features">
          {words.feature.map((feature, i) => (
            <li key={feature.title}>
              <span class="feature-icon">
                <Icon name={icons[i]!} />
              </span>
              <h3>{feature.title}</h3>
              <p>{feature.text}</p>
            </li>
          ))}
        </ul>
      </section>

      <AdForm />

      <section class="questions" aria-labelledby="questions">
        <h2 id="questions">{words.questions}</h2>
        {words.question.map(({ q, a }) => (
          <details key={q}>
            <summary>{q}</summary>
            <p>{a}</p>
          </details>
        ))}
      </section>
    </>
  )
}
