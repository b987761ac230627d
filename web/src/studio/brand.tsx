import { useEffect, useRef, useState } from 'preact/hooks'
import type { Brand, BrandWish } from '../api/client'
import { newKey } from '../api/key'
import { sendToBucket } from '../api/send'
import { useSite } from '../app/site'
import { FlagField } from '../pages/start/fields'
import { PhotoFault, prepare } from '../photo/photo'
import { texts } from '../texts'

const words = texts.studio.brand
const most = 3
const firstColor = '#ff6b6b'

/** The owner's brand as it is kept, and how it is changed. */
export interface Kept {
  known: boolean
  empty: boolean
  value: Brand
  save(next: BrandWish): Promise<boolean>
}

export function useBrand(): Kept {
  const site = useSite()
  const [value, setValue] = useState<Brand | null>(null)
  useEffect(() => {
    void site.api.brand().then((answer) => answer.ok && setValue(answer.data))
  }, [site])
  const known: Brand = value ?? { logo_id: null, logo_url: null, colors: [], layout: '', by_default: false }
  return {
    known: value !== null,
    empty: known.logo_id === null && known.colors.length === 0,
    value: known,
    async save(next) {
      const answer = await site.api.putBrand(next)
      if (!answer.ok) {
        site.toast(answer.problem.errors[0]?.detail ?? answer.problem.detail, { bad: true })
        return false
      }
      setValue(answer.data)
      site.toast(words.saved)
      return true
    },
  }
}

/** Logo and colours, kept for all ads of the owner. */
export function BrandForm({ brand }: { brand: Kept }) {
  const site = useSite()
  const [colors, setColors] = useState<readonly string[]>([])
  const [byDefault, setByDefault] = useState(false)
  const [sending, setSending] = useState(false)
  const { value } = brand
  // Chosen again after a failure, a file is the same logo.
  const last = useRef({ file: '', key: '' })
  const keyOf = (file: File, sent: Blob) => {
    const is = `${file.name} ${file.size} ${file.lastModified} ${sent.type} ${sent.size}`
    if (last.current.file !== is) last.current = { file: is, key: newKey() }
    return last.current.key
  }
  useEffect(() => {
    setColors(value.colors)
    setByDefault(value.by_default)
  }, [value])

  const save = (logo: string | null = value.logo_id) =>
    brand.save({
      ...(logo ? { logo_id: logo } : {}),
      colors: [...colors],
      layout: value.layout,
      by_default: byDefault,
    })

  const take = async (file: File | undefined) => {
    if (!file || sending) return
    setSending(true)
    try {
      const { blob, kind } = await prepare(file)
      const asked = await site.api.logo({ content_type: kind, content_length: blob.size }, keyOf(file, blob))
      if (!asked.ok) return site.toast(asked.problem.detail, { bad: true })
      const { logo_id, upload } = asked.data
      if ((await sendToBucket(upload, blob, () => {})) !== 'sent') return site.toast(words.logoFailed, { bad: true })
      await save(logo_id)
    } catch (e) {
      if (!(e instanceof PhotoFault)) throw e
      site.toast(e.message, { bad: true })
    } finally {
      setSending(false)
    }
  }

  return (
    <details class="brand">
      <summary>{words.title}</summary>
      <div class="tool">
        <div class="field">
          <span class="label" id="logo-label">
            {words.logo}
          </span>
          <p class="hint" id="logo-hint">
            {words.logoHint}
          </p>
          {value.logo_url && <img class="logo-picture" src={value.logo_url} alt={words.logoAlt} />}
          <input
            id="logo"
            class="file"
            type="file"
            accept="image/png,image/jpeg,image/webp,image/gif"
            aria-labelledby="logo-label"
            aria-describedby="logo-hint"
            onChange={(e) => {
              void take(e.currentTarget.files?.[0])
              e.currentTarget.value = ''
            }}
          />
          <div class="tool-actions">
            <label class="button" for="logo" aria-busy={sending}>
              {sending ? words.logoSending : value.logo_id ? words.logoChange : words.logoPick}
            </label>
            {value.logo_id && (
              <button class="button button-quiet" onClick={() => void save(null)}>
                {words.logoRemove}
              </button>
            )}
          </div>
        </div>
        <div class="field" role="group" aria-label={words.colors}>
          <span class="label" aria-hidden="true">
            {words.colors}
          </span>
          <div class="colors">
            {colors.map((color, i) => (
              <span key={i} class="color">
                <input
                  type="color"
                  value={color}
                  aria-label={words.color(i + 1)}
                  onChange={(e) => {
                    const chosen = e.currentTarget.value
                    setColors(colors.map((c, at) => (at === i ? chosen : c)))
                  }}
                />
                <button
                  class="button button-quiet"
                  aria-label={words.colorRemove(i + 1)}
                  onClick={() => setColors(colors.filter((_, at) => at !== i))}
                >
                  ×
                </button>
              </span>
            ))}
            {colors.length < most && (
              <button class="button" onClick={() => setColors([...colors, firstColor])}>
                {words.colorAdd}
              </button>
            )}
          </div>
        </div>
        <FlagField
          place="by_default"
          label={words.byDefault}
          value={byDefault}
          fault={undefined}
          onChange={setByDefault}
        />
        <button class="button button-main" onClick={() => void save()}>
          {words.save}
        </button>
      </div>
    </details>
  )
}
