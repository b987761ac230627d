import type { Fields } from '../../ad/fields'
import type { Problem } from '../../api/client'
import { directLimit, sendDirect, type OnProgress } from '../../api/send'
import type { Site } from '../../app/site'
import type { Photo } from '../../photo/photo'

export type Order = { ok: true; data: string } | { ok: false; problem: Problem }

/**
 * Orders an ad and gives its id. A small photo goes along in one request. For a
 * larger one the ad gets its id first and the photo follows by itself, so that
 * its progress can be followed at the ad's own address.
 */
export async function order(
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
