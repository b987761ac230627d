import { useEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../texts'
import { Icon } from './icon'
import './dialog.css'
import './lightbox.css'

/** A picture over the whole screen; pressed once more, at its real size. */
export function Lightbox({ src, alt, onClose }: { src: string; alt: string; onClose(): void }) {
  const words = texts.result
  const dialog = useRef<HTMLDialogElement>(null)
  const [real, setReal] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      class="dialog lightbox"
      aria-label={alt}
      onClose={onClose}
      onClick={(e) => {
        if (e.target === e.currentTarget) e.currentTarget.close()
      }}
    >
      <div class="lightbox-bar">
        <button class="button" onClick={() => setReal(!real)}>
          <Icon name="expand" />
          {real ? words.fitSize : words.actualSize}
        </button>
        <button class="button" autofocus onClick={() => dialog.current?.close()}>
          <Icon name="close" />
          {texts.site.close}
        </button>
      </div>
      <div class="lightbox-picture" data-real={real || undefined} tabIndex={real ? 0 : undefined}>
        <img src={src} alt={alt} onClick={() => setReal(!real)} />
      </div>
    </dialog>
  )
}
