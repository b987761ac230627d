import { draftOf } from '../../ad/fields'
import type { Ad } from '../../api/client'
import type { Site } from '../../app/site'
import { draftKey } from '../../keep/photos'
import { saveDraft } from '../../keep/draft'

/**
 * Takes an ad's fields, and its photo if this browser still has it and it is wanted
 * ("all"), back to the form.
 */
export async function makeAgain(site: Site, ad: Ad, what: 'all' | 'fields' = 'all'): Promise<void> {
  saveDraft(draftOf(ad))
  const kept = what === 'all' ? await site.photos.get(ad.ad_id) : null
  // Not waited for: the form reads behind what is written here.
  if (kept) void site.photos.put({ key: draftKey, photo: kept.photo })
  else void site.photos.remove(draftKey)
  site.go({ page: 'start', make: true })
}
