import { chromium, type Locator, type Page } from 'playwright-core'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Request } from 'zerowire'
import { Child } from './support/child.js'
import { hasChromium, launchOptions } from './support/chromium.js'
import { requires } from './support/requires.js'
import { track } from './support/scope.js'

const services = [
  'source',
  'zerowire#1',
  'zerowire#2',
  'zeromq#3',
  'sink',
  'dashboard',
  'this page',
]
const patience = 40_000

interface Dashboard {
  readonly child: Child
  readonly url: string
}

async function start(port = '0'): Promise<Dashboard> {
  const child = Child.run('examples/dashboard/main.ts', '--port', port)
  const [url = ''] = /http:\S+/.exec(await child.line()) ?? []
  return { child, url }
}

/** A page in a browser of its own, and what it complains about. */
async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
  const browser = await chromium.launch(launchOptions)
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.setDefaultTimeout(patience)
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  return { page, complaints }
}

function card(page: Page, service: string): Locator {
  return page.locator(`[data-service="${service}"]`)
}

/** What the table says of a socket. */
function row(page: Page, socket: string): Locator {
  return page.locator(`tr[data-figures="${socket}"]`)
}

async function numberIn(place: Locator): Promise<number> {
  const [digits = 'NaN'] = /[\d,.]+/.exec(await place.innerText()) ?? []
  return Number(digits.replaceAll(',', ''))
}

/** The numbers of the processes, once every socket but those for questions is busy. */
async function allAtWork(page: Page): Promise<number[]> {
  for (const service of services) {
    const rate = card(page, service).locator('[data-rate]').first()
    await vi.waitFor(async () => expect(await numberIn(rate)).toBeGreaterThan(0), patience)
  }
  const processes = page.locator('[data-process]').filter({ hasText: 'pid' })
  return Promise.all((await processes.all()).map(numberIn))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('dashboard', { timeout: 120_000 }, () => {
  beforeEach(requires('chromium', hasChromium))

  it('shows every service at work, and lets the sink be asked without a mouse', async () => {
    const { url } = await start()
    const { page, complaints } = await open(url)
    expect(await allAtWork(page)).toHaveLength(6)
    // Six from or to workers, and two each between sink, dashboard and page.
    expect(await page.locator('.track').count()).toBe(10)
    expect(await page.locator('.graph text').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ipc|^tcp/), expect.stringMatching(/^ws /)]),
    )

    const focused = page.locator(':focus')
    await page.keyboard.press('Tab')
    expect(await focused.getAttribute('id')).toBe('word')
    await page.keyboard.type('the')
    await page.keyboard.press('Tab')
    expect(await focused.innerText()).toBe('Ask')
    expect(await focused.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe(
      'solid',
    )
    await page.keyboard.press('Enter')
    const said = page.locator('#answer .said')
    await said.waitFor()
    expect(await said.innerText()).toMatch(/^“the” has occurred [\d,]+ times?\.$/)
    expect(await page.locator('#answer .took').innerText()).toMatch(/^Answered in [\d.]+ ms/)

    // The same question from here gets the same answer, or more as the count goes on.
    const request = track(new Request())
    request.connect(url.replace('http', 'ws') + 'ask')
    await request.send(['count', 'the'])
    const [answer] = await request.receive()
    expect(Number(answer)).toBeGreaterThanOrEqual(await numberIn(said))

    await page.keyboard.press('Tab')
    expect(await focused.innerText()).toBe('Top words')
    await page.keyboard.press('Enter')
    await page.locator('#answer li').first().waitFor()
    expect(await page.locator('#answer li').count()).toBe(8)
    expect(complaints).toEqual([])
  })

  it('tells of every socket, and of its peers on demand, what its stats say', async () => {
    const { url } = await start()
    const { page, complaints } = await open(url)
    await allAtWork(page)
    const sockets = await page.locator('.service li').count()
    expect(await page.locator('tr.socket').count()).toBe(sockets)
    const work = row(page, 'source work')
    for (const name of ['out-messages', 'out-bytes']) {
      const cell = work.locator(`[data-${name}]`)
      await vi.waitFor(async () => expect(await numberIn(cell)).toBeGreaterThan(0), patience)
    }
    expect(await work.locator('[data-reconnects]').innerText()).toBe('0')
    expect(await work.locator('[data-failures]').innerText()).toBe('0')
    // Native zeromq has no stats, and a page has not all of them.
    expect(await row(page, 'zeromq#3 work').locator('[data-in-queued]').innerText()).toBe('–')
    const live = row(page, 'this page live')
    expect(await live.locator('[data-in-queued]').innerText()).toMatch(/^[\d,]+$/)
    expect(await live.locator('[data-in-wait]').innerText()).toBe('–')

    const button = work.getByRole('button')
    expect(await button.innerText()).toMatch(/^3 peers/)
    await button.focus()
    await page.keyboard.press('Enter')
    const peers = page.locator('tr.peer')
    expect(await peers.locator('[data-type]').allInnerTexts()).toEqual(['PULL', 'PULL', 'PULL'])
    for (const peer of await peers.all()) {
      const bytes = peer.locator('[data-out-bytes]')
      await vi.waitFor(async () => expect(await numberIn(bytes)).toBeGreaterThan(0), patience)
    }
    await button.press('Enter')
    expect(await peers.count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('fits on a phone, and is dark where that is preferred', async () => {
    const { url } = await start()
    const { page, complaints } = await open(url)
    await page.setViewportSize({ width: 375, height: 812 })
    await allAtWork(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
    const boxes = await Promise.all(services.map((service) => card(page, service).boundingBox()))
    for (const box of boxes) expect((box?.x ?? 0) + (box?.width ?? Infinity)).toBeLessThan(375)

    const brightness = async (): Promise<number> => {
      const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      return Number(/\d+/.exec(colour)?.[0])
    }
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await brightness()).toBeGreaterThan(200)
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await brightness()).toBeLessThan(50)
    expect(complaints).toEqual([])
  })

  it('shows what is lost with a worker that crashes, and the one that replaces it', async () => {
    const { url } = await start()
    const { page, complaints } = await open(url)
    await allAtWork(page)
    const worker = card(page, 'zerowire#2')
    const pid = await numberIn(worker.locator('[data-process]'))

    // While it stands still its queue grows until it is full, then those of the others go on.
    process.kill(pid, 'SIGSTOP')
    const source = card(page, 'source')
    const queue = source.locator('[data-queue]')
    await vi.waitFor(async () => expect(await numberIn(queue)).toBeGreaterThan(10), patience)
    process.kill(pid, 'SIGKILL')
    await Promise.all([
      page.locator('[data-service="source"].losing').waitFor(),
      page.locator('g.losing').first().waitFor({ state: 'attached' }),
    ])
    expect(await numberIn(source.locator('[data-lost]'))).toBeGreaterThan(10)
    const dropped = row(page, 'source work').locator('[data-dropped]')
    expect(await dropped.innerText()).toMatch(/^\d+ disconnected$/)

    const successor = worker.locator('[data-process]')
    await vi.waitFor(async () => expect(await numberIn(successor)).not.toBe(pid), patience)
    await allAtWork(page)
    expect(complaints).toEqual([])
  })

  it('ends with all its processes, and the page finds its successor by itself', async () => {
    const { child, url } = await start()
    const { page, complaints } = await open(url)
    const first = await allAtWork(page)
    expect(await child.interrupt()).toBe(0)
    expect(first.filter(isAlive)).toEqual([])
    const banner = page.locator('#banner')
    await banner.waitFor({ state: 'visible' })
    expect(await page.locator('#connection').innerText()).toBe('reconnecting')

    const successor = await start(new URL(url).port)
    await banner.waitFor({ state: 'hidden' })
    await vi.waitFor(async () => {
      const second = await allAtWork(page)
      expect(second.filter((pid) => first.includes(pid))).toEqual([])
    }, patience)
    await page.getByRole('button', { name: 'Summary' }).click()
    await page.locator('#answer .said').waitFor()
    expect(await successor.child.interrupt()).toBe(0)

    // Browsers report each attempt to connect that fails, and no page can keep them from it.
    expect(complaints.filter((text) => !/^WebSocket connection to \S+ failed/.test(text))).toEqual(
      [],
    )
  })
})
