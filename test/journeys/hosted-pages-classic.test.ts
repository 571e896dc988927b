// Every story of the hosted pages in the classic look: in Chromium, judged by axe-core, with pictures in test-artefacts/pages;
// and once more without JavaScript.
import t from 'tap'
import { launchChromium } from '../support/chromium.ts'
import { tellStories } from '../support/stories.ts'

t.setTimeout(240_000)
const browser = await launchChromium()
t.teardown(() => browser.close())

t.test('with JavaScript', async (t) =>
  tellStories(t, { look: 'classic', browser, javaScript: true, inspects: true }),
)
t.test('without JavaScript', async (t) =>
  tellStories(t, { look: 'classic', browser, javaScript: false, inspects: false }),
)
