import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { fileSize } from '../../ad/time'
import { useSite } from '../../app/site'
import { PhotoFault, pictureIn, prepare, type Photo } from '../../photo/photo'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import { describedBy, Fault } from './fields'

/**
 * What the file chooser offers. An iPhone turns its HEIC photos into JPEG for a
 * chooser that does not name HEIC, and JPEG is made an ad of sooner; everywhere else
 * HEIC is named, so that it can be chosen.
 */
const kinds = 'image/jpeg,image/png,image/webp,image/gif'
const kindsElsewhere = `${kinds},image/heic,image/heif,image/avif,.heic,.heif`

interface Props {
  photo: Photo | null
  fault: string | undefined
  onTake(photo: Photo | null): void
  onFault(text: string): void
}

/** The photo: by click, drop, paste or camera. */
export function PhotoField({ photo, fault, onTake, onFault }: Props) {
  const site = useSite()
  const words = texts.form
  const [reading, setReading] = useState(false)
  const [over, setOver] = useState(false)
  const [accept, setAccept] = useState(kinds)
  const input = useRef<HTMLInputElement>(null)
  const latest = useRef(0)

  const read = async (file: File | null) => {
    if (!file) return
    const mine = ++latest.current
    setReading(true)
    try {
      const next = await prepare(file)
      if (mine !== latest.current) return // another one was chosen meanwhile
      onTake(next)
      site.announce(words.photoAdded)
    } catch (e) {
      if (mine !== latest.current) return
      if (!(e instanceof PhotoFault)) throw e
      onTake(null) // what was chosen before is not what the owner wants now
      onFault(e.message)
      site.announce(e.message)
    } finally {
      if (mine === latest.current) setReading(false)
    }
  }
  const readLatest = useRef(read)
  readLatest.current = read

  useEffect(() => {
    if (
      !/iP(hone|ad|od)/.test(navigator.userAgent) &&
      !(/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)
    ) {
      setAccept(kindsElsewhere)
    }
    // Anywhere on the page: a photo that misses the field would otherwise
    // replace the page.
    const hasFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') ?? false
    const onDrag = (e: DragEvent) => {
      if (!hasFiles(e)) return
      e.preventDefault()
      setOver(true)
    }
    const onDragLeave = (e: DragEvent) => {
      if (e.relatedTarget === null) setOver(false)
    }
    const onDrop = (e: DragEvent) => {
      if (!hasFiles(e)) return
      e.preventDefault()
      setOver(false)
      void readLatest.current(pictureIn(e.dataTransfer))
    }
    const onPaste = (e: ClipboardEvent) => {
      const picture = pictureIn(e.clipboardData)
      if (!picture) return // words are pasted where they belong
      e.preventDefault()
      void readLatest.current(picture)
    }
    document.addEventListener('dragenter', onDrag)
    document.addEventListener('dragover', onDrag)
    document.addEventListener('dragleave', onDragLeave)
    document.addEventListener('drop', onDrop)
    document.addEventListener('paste', onPaste)
    return () => {
      document.removeEventListener('dragenter', onDrag)
      document.removeEventListener('dragover', onDrag)
      document.removeEventListener('dragleave', onDragLeave)
      document.removeEventListener('drop', onDrop)
      document.removeEventListener('paste', onPaste)
    }
  }, [])

  const preview = useMemo(() => (photo ? URL.createObjectURL(photo.blob) : ''), [photo])
  useEffect(() => () => URL.revokeObjectURL(preview), [preview])

  const choose = (e: { currentTarget: HTMLInputElement }) => {
    void read(e.currentTarget.files?.[0] ?? null)
    e.currentTarget.value = '' // the same file may be chosen again
  }

  return (
    <div class="field photo" data-place="product_image">
      <span class="label" id="product_image-label">
        {words.photo}
      </span>
      <input
        ref={input}
        id="product_image"
        class="file"
        type="file"
        accept={accept}
        aria-labelledby="product_image-label"
        aria-invalid={fault ? 'true' : undefined}
        aria-describedby={describedBy('product_image', true, fault)}
        onChange={choose}
      />
      <label class={over ? 'drop drop-over' : 'drop'} for="product_image" data-reading={reading || undefined}>
        {photo?.size ? (
          <img src={preview} width={photo.size.width} height={photo.size.height} alt={words.photoAlt} />
        ) : photo ? (
          <>
            <Icon name="picture" />
            <span class="drop-text">{words.photoUnseen}</span>
          </>
        ) : (
          <>
            <Icon name="photo" />
            <span class="drop-text mouse">{words.photoDrop}</span>
            <span class="drop-text touch">{words.photoDropTouch}</span>
            <span class="button">{words.photoPick}</span>
          </>
        )}
        {reading && <span class="drop-reading">{words.photoReading}</span>}
      </label>
      <div class="hint" id="product_image-hint">
        {photo ? (
          <>
            {photo.was && <p>{words.photoShrunk(photo.was.width, photo.was.height)}</p>}
            {photo.converted && <p>{words.photoConverted}</p>}
            <p>
              {photo.size
                ? words.photoReady(photo.size.width, photo.size.height, fileSize(photo.blob.size))
                : words.photoUnseenReady(fileSize(photo.blob.size))}
            </p>
          </>
        ) : (
          <>
            <p>{words.photoKinds}</p>
            <p class="mouse">{words.photoPaste}</p>
          </>
        )}
      </div>
      {fault && <Fault id="product_image-fault" text={fault} />}
      <div class="photo-buttons">
        {photo && (
          <>
            <label class="button" for="product_image">
              {words.photoChange}
            </label>
            <button
              type="button"
              class="button button-quiet"
              onClick={() => {
                onTake(null)
                site.announce(words.photoRemoved)
                input.current?.focus()
              }}
            >
              {words.photoRemove}
            </button>
          </>
        )}
        <span class="camera touch">
          <input
            id="camera"
            class="file"
            type="file"
            accept={kinds}
            capture="environment"
            aria-label={words.photoCamera}
            onChange={choose}
          />
          <label class="button" for="camera">
            <Icon name="photo" />
            {words.photoCamera}
          </label>
        </span>
      </div>
    </div>
  )
}
