import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { Reply } from 'zerowire'
import { hasChromium } from '../support/chromium.js'
import { consumer } from '../support/consumer.js'
import { EventLog } from '../support/events.js'
import { readPage } from '../support/pages.js'
import { requires } from '../support/requires.js'
import { serveSite, visit } from '../support/site.js'
import { track } from '../support/track.js'

/** What a page has to say when no bundler does, as the guide has it. */
const [, importMap = ''] =
  /<script type="importmap">([^]*?)<\/script>/.exec(readPage('docs/browser.md')) ?? []

const site = (endpoint: string): string => `<!doctype html>
<link rel="icon" href="data:," />
<script type="importmap">${importMap}</script>
<script type="module">
  import { Request } from 'zerowire'
  const request = new Request()
  request.connect(${JSON.stringify(endpoint)})
  await request.send('2 + 2')
  const [answer] = await request.receive()
  document.title = \`it is \${answer}\`
</script>`

async function visitListener() {
  const reply = track(new Reply())
  const log = new EventLog(reply)
  await reply.bind('ws://127.0.0.1:*')
  const address = await serveSite(site(String(reply.lastEndpoint)), await consumer())
  return { reply, log, ...(await visit(address)) }
}

async function answer(reply: Reply, page: Page): Promise<void> {
  expect(String((await reply.receive())[0])).toBe('2 + 2')
  await reply.send('4')
  await page.waitForFunction(`document.title === 'it is 4'`)
}

describe('the built package without a bundler', () => {
  beforeEach(requires('chromium', hasChromium))

  it('works in a page with an import map, until the page is closed', async () => {
    const { reply, log, page, errors } = await visitListener()
    await answer(reply, page)
    expect(errors).toEqual([])
    await page.close()
    await log.until('disconnect')
    expect(reply.stats).toMatchObject({ peers: 0, connections: 1 })
  })

  it('works again when the page is loaded again', async () => {
    const { reply, log, page, errors } = await visitListener()
    await answer(reply, page)
    await page.reload()
    await log.until('disconnect')
    await answer(reply, page)
    expect(errors).toEqual([])
    expect(reply.stats).toMatchObject({ peers: 1, connections: 2 })
  })
})
