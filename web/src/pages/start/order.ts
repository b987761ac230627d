import type { Fields } from '../../ad/fields'
import { kstDateTime } from '../../ad/time'
import type { Problem } from '../../api/client'
import { directLimit, sendDirect, type OnProgress } from '../../api/send'
import type { Site } from '../../app/site'
import type { Photo } from '../../photo/photo'
import { texts } from '../../texts'

/** What became of an order; `retryAfter` is in seconds, when the server said. */
export type Order = { ok: true; data: string } | { ok: false; problem: Problem; retryAfter?: number }

/**
 * What is said of an order that was refused. The API's own words say what to do next;
 * where it says when, the time of day is added, by which an owner comes back.
 */
export function refusal({ problem, retryAfter }: Extract<Order, { ok: false }>, now = new Date()): string {
  // What has no code did not come from the API, which says by itself what is kept.
  if (problem.code === '' || problem.status === 0) return `${problem.detail} ${texts.fault.kept}`
  if (problem.code !== 'Limit.Reached' || !retryAfter) return problem.detail
  const at = new Date(now.getTime() + retryAfter * 1000)
  return `${problem.detail} ${texts.fault.again(kstDateTime(at.toISOString()))}`
}

/**
 * Orders an ad as `send` does. A browser that had no cookie yet has one by the first refusal;
 * and one where somebody signs in elsewhere meanwhile has the account's.
 */
export async function order(...asked: Parameters<typeof send>): Promise<Order> {
  const first = await send(...asked)
  return !first.ok && ['Request.NoCookie', 'Account.Changed'].includes(first.problem.code) ? send(...asked) : first
}

/**
 * Orders an ad and gives its id. A small photo goes along in one request. For a
 * larger one the ad gets its id first and the photo follows by itself, so that
 * its progress can be followed at the ad's own address.
 */
async function send(
  site: Pick<Site, 'api' | 'photos' | 'uploads'>,
  fields: Fields,
  photo: Photo,
  key: string,
  onProgress: OnProgress,
): Promise<Order> {
  if (photo.blob.size > directLimit) {
    const answer = await site.api.upload({ ...fields, content_type: photo.kind, content_length: photo.blob.size }, key)
    if (!answer.ok) return answer
    const { ad_id, upload } = answer.data
    void site.uploads.start({ key: ad_id, photo }, upload)
    return { ok: true, data: ad_id }
  }
  const answer = await sendDirect(fields, photo.blob, key, onProgress)
  if (!answer.ok) return answer
  void site.photos.put({ key: answer.data.ad_id, photo })
  return { ok: true, data: answer.data.ad_id }
}
