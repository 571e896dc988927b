// Keeps the page up to date: each server-sent event is a new message, and the list is fetched again. Without this file a
// reload does the same.

const live = document.querySelector('[data-live]')

new EventSource(live.dataset.live).addEventListener('message', async () => {
  const page = await (await fetch(location.href, { headers: { accept: 'text/html' } })).text()
  const messages = new DOMParser().parseFromString(page, 'text/html').getElementById('messages')
  document.getElementById('messages').replaceChildren(...messages.children)
})
