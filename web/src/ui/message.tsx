import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon'
import './message.css'

/** A page that has one thing to say, and where to go from there. */
export function Message({
  icon,
  title,
  text,
  children,
}: {
  icon: IconName
  title: string
  text: string
  children: ComponentChildren
}) {
  return (
    <div class="message">
      <span class="message-icon">
        <Icon name={icon} />
      </span>
      <h1 tabIndex={-1}>{title}</h1>
      <p>{text}</p>
      <div class="message-actions">{children}</div>
    </div>
  )
}
