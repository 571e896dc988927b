// Every story of the hosted pages under managed login: in Chromium, judged by axe-core, with pictures in
// test-artefacts/pages.
import t from 'tap'
import { launchChromium } from '../support/chromium.ts'
import { tellStories } from '../support/stories.ts'

t.setTimeout(240_000)
const browser = await launchChromium()
t.teardown(() => browser.close())
await tellStories(t, { look: 'managed', browser, javaScript: true, inspects: true })
