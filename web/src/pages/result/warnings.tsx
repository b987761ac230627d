import type { Ad } from '../../api/client'
import { useSite } from '../../app/site'
import { texts } from '../../texts'
import { makeAgain } from './again'
import { Icon } from '../../ui/icon'
import './warnings.css'

/**
 * What an owner should know before the ad is shown: claims that the law on such goods
 * forbids, and doubts about the photo. The ad is made all the same.
 */
export function Warnings({ ad }: { ad: Ad }) {
  const site = useSite()
  const words = texts.result.warnings
  if (ad.warnings.length === 0) return null
  const photo = ad.warnings.filter((w) => w.field === 'product_image')
  const claims = ad.warnings.filter((w) => w.field !== 'product_image')
  return (
    <section class="card warnings" aria-labelledby="warnings">
      <h2 id="warnings">{words.title}</h2>
      {claims.length > 0 && (
        <>
          <List of={claims} />
          <button class="button" onClick={() => void makeAgain(site, ad)}>
            {words.edit}
          </button>
        </>
      )}
      {photo.length > 0 && (
        <>
          <h3>{words.photo}</h3>
          <List of={photo} />
          <button class="button" onClick={() => void makeAgain(site, ad, 'fields')}>
            <Icon name="photo" />
            {texts.result.otherPhoto}
          </button>
        </>
      )}
    </section>
  )
}

function List({ of }: { of: Ad['warnings'] }) {
  return (
    <ul>
      {of.map((w) => (
        <li key={w.field + w.code + w.detail}>{w.detail}</li>
      ))}
    </ul>
  )
}
