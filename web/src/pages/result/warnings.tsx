import type { Ad } from '../../api/client'
import { useSite } from '../../app/site'
import { texts } from '../../texts'
import { makeAgain } from './again'
import './warnings.css'

/**
 * What an owner should know before the ad is shown: claims that the law on such goods
 * forbids, and doubts about the photo. The ad is made all the same.
 */
export function Warnings({ ad }: { ad: Ad }) {
  const site = useSite()
  const words = texts.result.warnings
  if (ad.warnings.length === 0) return null
  return (
    <section class="card warnings" aria-labelledby="warnings">
      <h2 id="warnings">{words.title}</h2>
      <ul>
        {ad.warnings.map((w) => (
          <li key={w.field + w.code + w.detail}>{w.detail}</li>
        ))}
      </ul>
      <button class="button" onClick={() => void makeAgain(site, ad)}>
        {words.edit}
      </button>
    </section>
  )
}
