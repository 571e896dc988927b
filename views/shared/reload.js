// While somebody edits the look of a pool, its open pages follow: an event says that a file has changed, and the page takes its
// style sheet and pictures anew. A browser that a program drives is left alone, since test suites wait until the network is
// idle; a page that nobody sees keeps no connection. Without this file the next page shows what was edited.

const { changes } = document.currentScript.dataset
const addresses = { link: 'href', img: 'src', source: 'srcset' }
let listening

function takeAnew() {
  for (const [element, address] of Object.entries(addresses))
    for (const each of document.querySelectorAll(`${element}[${address}^="/_mock/brand/"]`)) {
      const [path] = each.getAttribute(address).split('?')
      each.setAttribute(address, `${path}?${Date.now()}`)
    }
}

function listenWhileSeen() {
  listening?.close()
  if (document.hidden) return
  listening = new EventSource(changes)
  // Between two connections something may have changed.
  listening.addEventListener('open', takeAnew)
  listening.addEventListener('change', takeAnew)
}

if (!navigator.webdriver) {
  document.addEventListener('visibilitychange', listenWhileSeen)
  listenWhileSeen()
}
