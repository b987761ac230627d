import { scoreText } from '../../ad/score'
import { kstDate } from '../../ad/time'
import type { ListedAd } from '../../api/client'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'

const words = texts.dashboard

/** One ad in the list; `first` is one that a phone shows without scrolling. */
export function AdCard({ ad, first, onRemove }: { ad: ListedAd; first: boolean; onRemove(): void }) {
  const going = ad.status !== 'succeeded' && ad.status !== 'failed'
  return (
    <li class="card ad">
      <a class="ad-link" href={`/result/${ad.ad_id}`} aria-label={words.open(ad.product_name)}>
        <span class="ad-picture" data-going={going || undefined}>
          {ad.thumbnail_url ? (
            <img
              src={ad.thumbnail_url}
              alt=""
              width="480"
              height="480"
              {...(first ? { fetchpriority: 'high' } : { loading: 'lazy' })}
            />
          ) : (
            <Icon name={ad.status === 'failed' ? 'alert' : 'picture'} />
          )}
          {going && <span class="shimmer" aria-hidden="true" />}
        </span>
        <span class="ad-name owners">{ad.product_name}</span>
      </a>
      <p class="ad-facts">
        <span class="badge" data-status={ad.status}>
          {words.status[ad.status]}
        </span>
        {ad.clip_score !== null && <span>{words.score(scoreText(ad.clip_score))}</span>}
        <time dateTime={ad.created_at}>{kstDate(ad.created_at)}</time>
      </p>
      <button
        class="button button-icon ad-remove"
        aria-label={words.remove(ad.product_name)}
        title={texts.remove.yes}
        onClick={onRemove}
      >
        <Icon name="trash" />
      </button>
    </li>
  )
}

/** The place of an ad that is still to come. */
export function EmptyCard() {
  return (
    <li class="card ad" aria-hidden="true">
      <span class="ad-picture skeleton" />
      <span class="ad-name skeleton-line" />
      <span class="ad-facts skeleton-line" />
    </li>
  )
}
