import { useEffect, useRef, useState } from 'preact/hooks'
import { check, emptyDraft, fieldsOf, placeOf, places, type Draft, type Place, type Wrong } from '../../ad/fields'
import { table } from '../../ad/fields.gen'
import { greet } from '../../api/greet'
import { newKey } from '../../api/key'
import { inApp, outside, type InApp } from '../../app/in-app'
import { useSite } from '../../app/site'
import { keepsCookies } from '../../keep/cookies'
import { clearDraft, isEmpty, loadDraft, saveDraft } from '../../keep/draft'
import { draftKey } from '../../keep/photos'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import type { Photo } from '../../photo/photo'
import { Fault } from './fields'
import { order, refusal, type Order } from './order'
import { OwnerField } from './owner-field'
import { PhotoField } from './photo-field'
import './form.css'

/** While the request is under way: the percentage that has left, or none when that is done. */
type Sending = { percent: number } | null

export function AdForm() {
  const site = useSite()
  const words = texts.form
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [photo, setPhoto] = useState<Photo | null>(null)
  const [wrong, setWrong] = useState<Wrong>({})
  const [fault, setFault] = useState('')
  const [sending, setSending] = useState<Sending>(null)
  const [restored, setRestored] = useState(false)
  const [cookies, setCookies] = useState(true)
  const [app, setApp] = useState<InApp | null>(null)
  const form = useRef<HTMLFormElement>(null)
  // Known before anything can have been written: what is restored must not
  // overwrite it.
  const touched = useRef(false)
  const key = useRef('')
  // What was written last, also between two renders.
  const latest = useRef(emptyDraft)
  const write = (next: Draft) => {
    latest.current = next
    setDraft(next)
  }

  useEffect(() => {
    setCookies(keepsCookies())
    setApp(inApp(navigator.userAgent))
    const kept = loadDraft()
    if (kept) {
      write(kept)
      setRestored(true)
    }
    void site.photos.get(draftKey).then((found) => {
      if (!found || touched.current) return
      setPhoto(found.photo)
      setRestored(true)
    })
  }, [site])

  const correct = (place: Place) => setWrong(({ [place]: _, ...rest }) => rest)

  const change = (place: keyof Draft) => (value: string | boolean) => {
    const next: Draft = { ...latest.current, [place]: value }
    write(next)
    if (isEmpty(next)) clearDraft()
    else saveDraft(next)
    key.current = ''
    correct(place)
  }

  const takePhoto = (next: Photo | null) => {
    touched.current = true
    key.current = ''
    setPhoto(next)
    correct('product_image')
    if (next) {
      void site.photos.put({ key: draftKey, photo: next })
      site.prepare('result')
      void greet()
    } else {
      void site.photos.remove(draftKey)
    }
  }

  const blame = (next: Wrong, general: string) => {
    setWrong(next)
    setFault(general)
    const first = places.find((place) => next[place])
    const count = Object.keys(next).length
    if (count > 0) site.announce(words.problems(count))
    // After the fault is shown, so that it is read with its field.
    setTimeout(() => {
      const at = first && form.current?.querySelector<HTMLElement>(`[data-place="${first}"] :is(input, textarea)`)
      at?.focus({ preventScroll: true })
      at?.closest('[data-place]')?.scrollIntoView({ block: 'nearest' })
    })
  }

  const blameFor = (refused: Extract<Order, { ok: false }>) => {
    const next: Wrong = {}
    let general = ''
    for (const { field, detail } of refused.problem.errors) {
      const place = placeOf(field)
      if (place) next[place] ??= detail
      else general ||= detail
    }
    blame(next, Object.keys(next).length > 0 ? general : refusal(refused))
  }

  const submit = async () => {
    if (sending) return
    if (!keepsCookies()) return blame({}, texts.fault.cookies)
    const found = check(draft, photo !== null)
    const fields = fieldsOf(draft)
    if (Object.keys(found).length > 0 || !fields || !photo) return blame(found, '')
    setWrong({})
    setFault('')
    setSending({ percent: 0 })
    key.current ||= newKey()
    const send = () =>
      order(site, fields, photo, key.current, (share) => setSending({ percent: Math.floor(share * 100) }))
    let outcome = await send()
    if (!outcome.ok && spent.includes(outcome.problem.code)) {
      key.current = newKey()
      outcome = await send()
    }
    setSending(null)
    if (!outcome.ok) return blameFor(outcome)
    touched.current = true
    clearDraft()
    void site.photos.remove(draftKey)
    site.go({ page: 'result', adId: outcome.data })
  }

  const reset = () => {
    write(emptyDraft)
    takePhoto(null)
    clearDraft()
    setWrong({})
    setFault('')
    setRestored(false)
    site.announce(words.resetDone)
  }

  return (
    <section class="make" id="make" aria-labelledby="make-title">
      <form
        ref={form}
        class="card form"
        noValidate
        onSubmit={(e) => {
          e.preventDefault()
          void submit()
        }}
      >
        <header class="form-head">
          <h2 id="make-title" tabIndex={-1}>
            {words.title}
          </h2>
          <p class="soft">{words.lead}</p>
          {restored && (
            <p class="form-restored">
              <span role="status">{words.restored}</span>{' '}
              <button type="button" class="link" onClick={reset}>
                {words.reset}
              </button>
            </p>
          )}
          {app && <Outside app={app} />}
          {!cookies && <Fault text={texts.fault.cookies} />}
          <noscript>
            <p class="fault">{texts.site.noScript}</p>
          </noscript>
        </header>

        <fieldset class="form-fields" disabled={sending !== null}>
          <legend class="hidden">{words.title}</legend>
          <PhotoField
            photo={photo}
            fault={wrong.product_image}
            onTake={takePhoto}
            onFault={(text) => setWrong((others) => ({ ...others, product_image: text }))}
          />
          <div class="form-words">
            {table.map((field) => (
              <OwnerField
                key={field.name}
                field={field}
                value={draft[field.name]}
                fault={wrong[field.name]}
                onChange={change(field.name)}
              />
            ))}
          </div>
        </fieldset>

        <footer class="form-foot">
          <div role="alert">{fault && <Fault text={fault} />}</div>
          <button class="button button-main button-large button-wide" aria-disabled={sending ? 'true' : undefined}>
            {sending ? (sending.percent < 100 ? words.sendingPercent(sending.percent) : words.accepting) : words.submit}
          </button>
          {sending && <progress class="progress" max={100} value={sending.percent} aria-label={words.sending} />}
          <p class="form-ai soft">
            <Icon name="info" />
            {words.ai}
          </p>
        </footer>
      </form>
    </section>
  )
}

/** Says before the order that an app's own browser keeps the ad to itself. */
function Outside({ app }: { app: InApp }) {
  const words = texts.form
  const elsewhere = outside(location.href, app, navigator.userAgent)
  return (
    <div class="note">
      <p>{words.inApp}</p>
      {elsewhere ? (
        <a class="button" href={elsewhere}>
          {texts.result.inApp.open}
        </a>
      ) : (
        <p>{words.inAppMenu}</p>
      )}
    </div>
  )
}

/**
 * What a key is answered with whose ad, of an earlier try with a lost answer, is
 * no longer to be had: deleted since, or given up because its photo never came.
 */
const spent = ['Ad.Gone', 'Request.Conflict']
