import { useTitle } from '../../app/site'
import { texts } from '../../texts'
import { Message } from '../../ui/message'

export function Missing() {
  const words = texts.missing
  useTitle(texts.site.title(words.page))
  return (
    <Message icon="alert" title={words.title} text={words.text}>
      <a class="button button-main" href="/">
        {texts.site.make}
      </a>
      <a class="button" href="/dashboard">
        {texts.site.mine}
      </a>
    </Message>
  )
}
