import { within } from '../keep/within'

/**
 * How long the service worker may take to start; where it cannot, it is never "ready". On a
 * busy machine it takes more than 5 s, and nothing waits for it.
 */
const patience = 20_000

/** Whether this browser can notify, and whether it may. */
export function notifyState(): NotificationPermission | 'unavailable' {
  if (!('Notification' in globalThis) || !('serviceWorker' in navigator)) return 'unavailable'
  return Notification.permission
}

/** Asks the owner; to be called from a press of a button. */
export async function askToNotify(): Promise<NotificationPermission> {
  const permission = await Notification.requestPermission()
  if (permission === 'granted') void worker().catch(() => {}) // it is asked for again when there is news
  return permission
}

/**
 * Shows a notification if it is allowed. By a service worker, since Chrome on
 * Android has no other way; a press on it comes back to this page.
 */
export async function notify(title: string, body: string): Promise<void> {
  if (notifyState() !== 'granted') return
  try {
    const registration = await worker()
    await registration.showNotification(title, { body, icon: '/icon.png', tag: location.pathname, data: location.href })
  } catch {
    // The title of the tab says it as well.
  }
}

async function worker(): Promise<ServiceWorkerRegistration> {
  await within(patience, navigator.serviceWorker.register('/notify.js'))
  return within(patience, navigator.serviceWorker.ready)
}
