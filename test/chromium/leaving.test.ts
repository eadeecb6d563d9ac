import { describe, expect, it, onTestFinished } from 'vitest'
import { far } from '../support/everywhere.js'
import type { Far } from '../support/far/far.js'

const library = new URL('../../src/index.ts', import.meta.url).href

/** A page of its own within this one, which greets the far end. */
function openPage(end: Far): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.srcdoc = `<script type="module">
    import { Push } from ${JSON.stringify(library)}
    const push = new Push()
    push.connect(${JSON.stringify(end.endpoint)})
    await push.send('here')
  </script>`
  document.body.append(frame)
  onTestFinished(() => {
    frame.remove()
  })
  return frame
}

describe('the listener notices', () => {
  it('that a page is closed', async () => {
    const pull = await far('zerowire', 'Pull')
    const page = openPage(pull)
    expect(await pull.receive()).toEqual([['here']])
    page.remove()
    await pull.until('disconnect')
    expect(await pull.stats()).toMatchObject({ connections: 1, peers: 0, received: 1 })
  })

  it('that a page is loaded again', async () => {
    const pull = await far('zerowire', 'Pull')
    const page = openPage(pull)
    expect(await pull.receive()).toEqual([['here']])
    page.contentWindow?.location.reload()
    expect(await pull.receive()).toEqual([['here']])
    await pull.until('disconnect')
    expect(await pull.stats()).toMatchObject({ connections: 2, peers: 1 })
  })
})
