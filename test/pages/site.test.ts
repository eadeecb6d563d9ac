import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasChromium } from '../support/chromium.js'
import { pages } from '../support/pages.js'
import { projectRoot } from '../support/program.js'
import { requires } from '../support/requires.js'
import { visit } from '../support/site.js'

/** The site as `npm run docs` builds it, opened as files: nothing of it needs a server or the network. */
const site = await mkdtemp(join(tmpdir(), 'zw-site-'))
let files: string[] = []

beforeAll(async () => {
  await promisify(execFile)('npm', ['run', 'docs', '--', '--out', site], { cwd: projectRoot })
  const all = await readdir(site, { recursive: true })
  files = all.filter((name) => name.endsWith('.html'))
}, 300_000)

afterAll(async () => {
  await rm(site, { recursive: true, force: true })
})

const read = (file: string): string => readFileSync(join(site, file), 'utf8')

function idsOf(file: string): Set<string> {
  return new Set([...read(file).matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => decodeURI(id)))
}

/** Links of a page that lead nowhere in the site. */
function deadLinks(file: string, ids: (file: string) => Set<string>): string[] {
  const links = [...read(file).matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, link = '']) => link)
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const place = path === '' ? file : join(dirname(file), decodeURI(path))
    if (!existsSync(join(site, place))) return true
    return anchor !== undefined && anchor !== '' && !ids(place).has(decodeURI(anchor))
  })
}

describe('the site', () => {
  it('has no dead link', () => {
    const known = new Map<string, Set<string>>()
    const ids = (file: string): Set<string> => {
      const found = known.get(file) ?? idsOf(file)
      known.set(file, found)
      return found
    }
    expect(files.length).toBeGreaterThan(100)
    const dead = files.map((file) => [file, deadLinks(file, ids)] as const)
    expect(dead.filter(([, links]) => links.length > 0)).toEqual([])
  })

  it('has a page for each pattern', () => {
    const patterns = pages.filter((page) => /^patterns\/[^/]+\/README\.md$/.test(page))
    const shown = files.filter((file) => /^documents\/Patterns\..+\.html$/.test(file))
    expect(patterns.length).toBeGreaterThan(20)
    expect(shown).toHaveLength(patterns.length)
  })
})

describe('the site in a browser', () => {
  beforeEach(requires('chromium', hasChromium))

  const open = (file: string): ReturnType<typeof visit> =>
    visit(pathToFileURL(join(site, file)).href)

  /** Searches, until the first result is that one. */
  async function find(page: Page, words: string, result: string): Promise<void> {
    await page.locator('#tsd-search-input').fill(words)
    await page.waitForFunction(
      (text) => document.querySelector('#tsd-search-results a')?.textContent.includes(text),
      result,
    )
  }

  it('finds pages of the guide and names of the reference', async () => {
    const { page, errors } = await open('index.html')
    await page.locator('#tsd-search-trigger').click()
    await find(page, 'back-pressure queues', 'Queues and back-pressure')
    await find(page, 'sendHighWaterMark', 'sendHighWaterMark')
    await page.locator('#tsd-search-results a').first().click()
    await page.waitForURL(/#sendhighwatermark$/)
    // TypeDoc brings the icons inline where it finds that a page is a file.
    expect(errors.filter((error) => !error.includes('icons.svg'))).toEqual([])
  })

  it('never scrolls sideways on a phone', async () => {
    const { page } = await open('index.html')
    await page.setViewportSize({ width: 390, height: 844 })
    // Menu and search are not shown on it, and cost more than all else.
    await page.route(/assets\/(search|navigation|hierarchy)\.js$/, (route) => route.abort())
    const shown = files.filter((file) =>
      /^(index|documents\/.*|modules\/zerowire|classes\/zerowire\.Router)\.html$/.test(file),
    )
    expect(shown.length).toBeGreaterThan(10)
    const wide: string[] = []
    for (const file of shown) {
      await page.goto(pathToFileURL(join(site, file)).href, { waitUntil: 'domcontentloaded' })
      const width = await page.evaluate(() => {
        document.body.style.removeProperty('display')
        return document.documentElement.scrollWidth
      })
      if (width > 390) wide.push(`${file}: ${width}`)
    }
    expect(wide).toEqual([])
  }, 120_000)
})
