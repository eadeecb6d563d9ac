import { describe, expect, it, onTestFinished } from 'vitest'
import type * as Zerowire from 'zerowire'
import type { shareInproc } from 'zerowire/workers'
import { nextTurn } from '../support/turn.js'

interface Page extends Window {
  readonly zerowire: typeof Zerowire
  readonly shareInproc: typeof shareInproc
  readonly SharedWorker: typeof SharedWorker
}

const entry = (name: string): string =>
  JSON.stringify(new URL(`../../src/${name}.ts`, import.meta.url).href)

/** A page with a library of its own. */
async function openPage(): Promise<{ page: Page; leave: () => void }> {
  const frame = document.createElement('iframe')
  const loaded = new Promise((resolve) => {
    frame.addEventListener('loaded', resolve, { once: true })
  })
  frame.srcdoc = `<script type="module">
    import * as zerowire from ${entry('browser')}
    import { shareInproc } from ${entry('workers')}
    Object.assign(globalThis, { zerowire, shareInproc })
    frameElement.dispatchEvent(new Event('loaded'))
  </script>`
  document.body.append(frame)
  const leave = (): void => {
    frame.remove()
  }
  onTestFinished(leave)
  await loaded
  return { page: frame.contentWindow as Page, leave }
}

/** A page that shares its names by way of a SharedWorker. */
async function openTab(name: string): Promise<{ page: Page; leave: () => void }> {
  const opened = await openPage()
  const { page } = opened
  const url = new URL('shared-worker.ts', import.meta.url)
  page.shareInproc(new page.SharedWorker(url, { type: 'module', name }).port)
  return opened
}

describe('pages with a SharedWorker', () => {
  it('talk to it, and to each other directly', async () => {
    const name = String(Math.random())
    const [one, other] = [await openTab(name), await openTab(name)]
    const subscriber = new other.page.zerowire.Subscriber()
    subscriber.connect('inproc://news')
    subscriber.subscribe('')
    const push = new one.page.zerowire.Push()
    push.connect('inproc://say')
    const news = subscriber.receive()
    let told = false
    void news.then(() => (told = true))
    // Until the subscription has come to the publisher.
    while (!told) {
      await push.send('hello')
      await nextTurn()
    }
    expect(String(await news)).toBe('hello')

    const pull = new other.page.zerowire.Pull()
    await pull.bind('inproc://other')
    await expect(new one.page.zerowire.Pull().bind('inproc://other')).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    const direct = new one.page.zerowire.Push()
    direct.connect('inproc://other')
    await direct.send('direct')
    expect(String(await pull.receive())).toBe('direct')
  })

  it('leave their names to others when they are closed', async () => {
    const name = String(Math.random())
    const [one, other] = [await openTab(name), await openTab(name)]
    const first = new one.page.zerowire.Pull()
    await first.bind('inproc://name')
    const push = new other.page.zerowire.Push({ linger: 0 })
    push.connect('inproc://name')
    await push.send('x')
    expect(String(await first.receive())).toBe('x')
    one.leave()
    while (push.stats.peers > 0) await nextTurn()
    const pull = new other.page.zerowire.Pull()
    for (;;) {
      const bound = await pull.bind('inproc://name').then(
        () => true,
        () => false,
      )
      if (bound) break
    }
    await push.send('y')
    expect(String(await pull.receive())).toBe('y')
  })
})

describe('two pages that are joined by a port', () => {
  it('talk to each other', async () => {
    const [one, other] = [await openPage(), await openPage()]
    const { port1, port2 } = new MessageChannel()
    one.page.shareInproc(port1, { hub: true })
    other.page.shareInproc(port2)
    const pull = new one.page.zerowire.Pull()
    await pull.bind('inproc://name')
    const push = new other.page.zerowire.Push()
    push.connect('inproc://name')
    await push.send('hello')
    expect(String(await pull.receive())).toBe('hello')
    expect(() => other.page.shareInproc(new MessageChannel().port1)).toThrow(
      'This realm shares its names with a hub already',
    )
  })

  it('miss each other also where ports do not tell of their end', async () => {
    const [one, other] = [await openPage(), await openPage()]
    for (const { page } of [one, other]) {
      const { prototype } = (page as unknown as typeof globalThis).MessagePort
      Reflect.deleteProperty(prototype, 'onclose')
      const { addEventListener } = prototype
      prototype.addEventListener = function (this: MessagePort, ...args: unknown[]) {
        if (args[0] !== 'close') Reflect.apply(addEventListener, this, args)
      }
    }
    const channel = new (one.page as unknown as typeof globalThis).MessageChannel()
    one.page.shareInproc(channel.port1, { hub: true })
    other.page.shareInproc(channel.port2)
    const push = new one.page.zerowire.Push({ linger: 0 })
    const pull = new other.page.zerowire.Pull()
    await pull.bind('inproc://name')
    push.connect('inproc://name')
    await push.send('hello')
    expect(String(await pull.receive())).toBe('hello')
    other.leave()
    while (push.stats.peers > 0) await nextTurn()
    await new one.page.zerowire.Pull().bind('inproc://name')
  })
})
