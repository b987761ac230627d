// Shows "your ad is done" and brings its tab to the front when it is pressed.
// It keeps nothing and stands between no request and the network.
addEventListener('notificationclick', (event) => {
  event.notification.close()
  const address = event.notification.data
  event.waitUntil(
    clients.matchAll({ type: 'window', includeUncontrolled: true }).then((tabs) => {
      const tab = tabs.find((t) => t.url === address)
      return tab ? tab.focus() : clients.openWindow(address)
    }),
  )
})
