import { useEffect, useRef, useState } from 'preact/hooks'
import { fileName } from '../../ad/filename'
import { inApp, outside, type InApp } from '../../app/in-app'
import { useSite } from '../../app/site'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import { fetchPicture, save, toJpeg } from './picture-file'

interface Props {
  picture: string
  product: string
  alt: string
}

/**
 * The finished picture as a file: as it is, as a small JPEG, or straight into another
 * app. A browser inside of an app drops downloads in silence; there the ways that
 * work come first.
 */
export function Downloads({ picture, product, alt }: Props) {
  const site = useSite()
  const words = texts.result
  const [busy, setBusy] = useState(false)
  const [shares, setShares] = useState(false)
  const [app, setApp] = useState<InApp | null>(null)
  const fetched = useRef<{ picture: string; blob: Promise<Blob> } | null>(null)

  useEffect(() => {
    setApp(inApp(navigator.userAgent))
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
      site.toast(app ? words.inApp.downloaded : words.downloaded(name))
    })

  const share = () =>
    act(async () => {
      const file = new File([await bytes()], fileName(product, 'png'), { type: 'image/png' })
      await navigator.share({ files: [file] })
    })

  const shareButton = shares && (
    <button class={app ? 'button button-main' : 'button'} onClick={() => void share()}>
      <Icon name="share" />
      {app ? words.inApp.share : words.share}
    </button>
  )
  return (
    <div class="downloads" aria-busy={busy}>
      {app && shareButton}
      <button class={app && shares ? 'button' : 'button button-main'} onClick={() => void download('png')}>
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
      {app ? <InAppNote app={app} picture={picture} alt={alt} /> : shareButton}
    </div>
  )
}

/** How to get the picture out of an app's own browser. */
function InAppNote({ app, picture, alt }: { app: InApp; picture: string; alt: string }) {
  const words = texts.result.inApp
  // The ad's page belongs to this browser alone; its picture opens everywhere.
  const elsewhere = outside(new URL(picture, location.href).href, app, navigator.userAgent)
  return (
    <div class="note in-app">
      <p>{words.note}</p>
      {elsewhere ? (
        <a class="button" href={elsewhere}>
          <Icon name="expand" />
          {words.open}
        </a>
      ) : (
        <p>{words.menu}</p>
      )}
      <p>{words.press}</p>
      <img src={picture} alt={alt} width="1024" height="1024" loading="lazy" />
    </div>
  )
}
