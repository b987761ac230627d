import { confidenceWord, waysOn, type SceneProduct } from '../../ad/product'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'

interface Props extends SceneProduct {
  /** Opens the dialog that mends the cut-out; null where that cannot be. */
  onMend: (() => void) | null
  /** Goes to a new ad of the same words with another photo. */
  onPhoto(): void
}

/** What to know of the way a scene shows its product, and the way on; nothing when all is well. */
export function ProductNote({ product, said, onMend, onPhoto }: Props) {
  const words = texts.result
  if (!product || (product.cut_out && product.doubts.length === 0)) return null
  const asked = said?.mode === 'photo'
  const ways = waysOn(product.doubts)
  return (
    <section class="note" aria-label={words.product} data-doubts={product.doubts.join(' ')}>
      <p>
        <strong>{asked ? words.framedAsked : product.cut_out ? words.doubted : words.framed}</strong>
      </p>
      {product.cut_out && <p>{words.confidence[confidenceWord(product.confidence)]}</p>}
      <ul class="note-list">
        {product.doubts.map((doubt) => (
          <li key={doubt}>
            {words.doubts[doubt]} {words.doubtHelp[doubt]}
          </li>
        ))}
      </ul>
      <div class="actions">
        {onMend && (
          <button class="button" onClick={onMend}>
            <Icon name="brush" />
            {texts.studio.cutout.open}
          </button>
        )}
        {ways.includes('photo') && (
          <button class="button" onClick={onPhoto}>
            <Icon name="photo" />
            {words.otherPhoto}
          </button>
        )}
      </div>
    </section>
  )
}
