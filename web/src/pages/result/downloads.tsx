import { useEffect, useRef, useState } from 'preact/hooks'
import { fileName } from '../../ad/filename'
import { useSite } from '../../app/site'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import { fetchPicture, save, toJpeg } from './picture-file'

/** The finished picture as a file: as it is, as a small JPEG, or straight into another app. */
export function Downloads({ picture, product }: { picture: string; product: string }) {
  const site = useSite()
  const words = texts.result
  const [busy, setBusy] = useState(false)
  const [shares, setShares] = useState(false)
  const fetched = useRef<{ picture: string; blob: Promise<Blob> } | null>(null)

  useEffect(() => {
    // Only whether files may be shared is asked here, of an empty one.
    const probe = new File([''], 'a.png', { type: 'image/png' })
    setShares(navigator.canShare?.({ files: [probe] }) ?? false)
  }, [])

  /** The picture's bytes; fetched once, since sharing must follow its press closely. */
  const bytes = () => {
    if (fetched.current?.picture !== picture) fetched.current = { picture, blob: fetchPicture(picture) }
    fetched.current.blob.catch(() => (fetched.current = null))
    return fetched.current.blob
  }

  const act = async (what: () => Promise<void>) => {
    if (busy) return
    setBusy(true)
    try {
      await what()
    } catch (e) {
      // The owner closed the share sheet: that is no failure.
      if (!(e instanceof DOMException && e.name === 'AbortError')) site.toast(words.downloadFailed, { bad: true })
    } finally {
      setBusy(false)
    }
  }

  const download = (ending: 'png' | 'jpg') =>
    act(async () => {
      const png = await bytes()
      const name = fileName(product, ending)
      save(ending === 'png' ? png : await toJpeg(png), name)
      site.toast(words.downloaded(name))
    })

  const share = () =>
    act(async () => {
      const file = new File([await bytes()], fileName(product, 'png'), { type: 'image/png' })
      await navigator.share({ files: [file] })
    })

  return (
    <div class="downloads" aria-busy={busy}>
      <button class="button button-main" onClick={() => void download('png')}>
        <Icon name="download" />
        <span>
          {words.png} <small>{words.pngNote}</small>
        </span>
      </button>
      <button class="button" onClick={() => void download('jpg')}>
        <Icon name="download" />
        <span>
          {words.jpg} <small>{words.jpgNote}</small>
        </span>
      </button>
      {shares && (
        <button class="button" onClick={() => void share()}>
          <Icon name="share" />
          {words.share}
        </button>
      )}
    </div>
  )
}
