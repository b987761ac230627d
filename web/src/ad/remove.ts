import type { Site } from '../app/site'
import { texts } from '../texts'

/**
 * Asks, and deletes an ad if the answer is yes. True when it is gone, which it
 * also is when somebody else deleted it before.
 */
export async function removeAd(site: Site, adId: string, name: string): Promise<boolean> {
  const words = texts.remove
  if (!(await site.ask({ title: words.title, body: words.body(name), yes: words.yes }))) return false
  site.announce(words.working)
  const answer = await site.api.remove(adId)
  if (!answer.ok && answer.problem.status !== 404) {
    site.toast(answer.problem.detail || words.failed, { bad: true })
    return false
  }
  await site.photos.remove(adId)
  site.toast(words.done)
  return true
}
