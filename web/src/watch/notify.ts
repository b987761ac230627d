/** Whether this browser can notify, and whether it may. */
export function notifyState(): NotificationPermission | 'unavailable' {
  if (!('Notification' in globalThis) || !('serviceWorker' in navigator)) return 'unavailable'
  return Notification.permission
}

/** Asks the owner; to be called from a press of a button. */
export async function askToNotify(): Promise<NotificationPermission> {
  const permission = await Notification.requestPermission()
  if (permission === 'granted') await worker()
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
  await navigator.serviceWorker.register('/notify.js')
  return navigator.serviceWorker.ready
}
