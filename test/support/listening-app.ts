// An app that answers every redirect of a login with a page. Where a browser test catches the redirect itself (page.route),
// Chromium lets a second pass first.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** The callback URL of an app that listens until the test ends. */
export async function listeningApp(t: Test): Promise<string> {
  const app = createServer((_, answer) => answer.end('<title>The app</title>The app'))
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  t.teardown(() => app.close())
  return `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`
}
