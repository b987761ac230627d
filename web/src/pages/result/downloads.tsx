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
  /** Which picture of the ad it is, for the name of its file. */
  what?: string | undefined
  /** Says that it is the picture without words. */
  scene?: boolean
  /** The file that a channel takes, and the channel's name. */
  channel?: { label: string; address: string; ending: 'png' | 'jpg' } | null
  onSaved?(): void
}

/**
 * The finished picture as a file: as it is, as a small JPEG, or straight into another
 * app. A browser inside of an app drops downloads in silence; there the ways that
 * work come first.
 */
export function Downloads({ picture, product, alt, what, scene = false, channel = null, onSaved }: Props) {
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

  /** A file's bytes; fetched once, since sharing must follow its press closely. */
  const bytes = (address: string) => {
    if (fetched.current?.picture !== address) fetched.current = { picture: address, blob: fetchPicture(address) }
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

  const saved = (file: Blob, name: string) => {
    save(file, name)
    site.toast(app ? words.inApp.downloaded : words.downloaded(name))
    onSaved?.()
  }
  const download = (ending: 'png' | 'jpg') =>
    act(async () => {
      const png = await bytes(picture)
      saved(ending === 'png' ? png : await toJpeg(png), fileName(product, ending, what))
    })
  const downloadFor = ({ address, ending }: NonNullable<Props['channel']>) =>
    act(async () => saved(await bytes(address), fileName(product, ending, what)))

  const share = () =>
    act(async () => {
      const [address, ending] = channel ? [channel.address, channel.ending] : [picture, 'png' as const]
      const blob = await bytes(address)
      await navigator.share({ files: [new File([blob], fileName(product, ending, what), { type: blob.type })] })
      onSaved?.()
    })

  const main = app && shares ? 'button' : 'button button-main'
  const shareButton = shares && (
    <button class={app ? 'button button-main' : 'button'} onClick={() => void share()}>
      <Icon name="share" />
      {app ? words.inApp.share : words.share}
    </button>
  )
  return (
    <div class="downloads" aria-busy={busy}>
      {app && shareButton}
      {channel && (
        <button class={main} onClick={() => void downloadFor(channel)}>
          <Icon name="download" />
          <span>{words.channelFile(channel.label)}</span>
        </button>
      )}
      <button class={channel ? 'button' : main} onClick={() => void download('png')}>
        <Icon name="download" />
        <span>
          {scene ? words.scenePng : words.png} <small>{scene ? words.sceneNote : words.pngNote}</small>
        </span>
      </button>
      {channel?.ending !== 'jpg' && (
        <button class="button" onClick={() => void download('jpg')}>
          <Icon name="download" />
          <span>
            {words.jpg} <small>{words.jpgNote}</small>
          </span>
        </button>
      )}
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
