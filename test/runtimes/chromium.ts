import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { Reply } from 'zerowire'
import { launchOptions } from '../support/chromium.js'
import { startSite } from '../support/site.js'
import type { Program } from './program.js'
import { PAGE } from './project.js'

const DEADLINE_MS = 120_000

const html = `<!doctype html>
<link rel="icon" href="data:," />
<script type="module" src="/main.js"></script>`

/** The one that is installed here, in which Vitest, run by this Node, runs tests by itself. */
export async function installed(): Promise<Program> {
  const browser = await chromium.launch(launchOptions)
  const version = browser.version()
  await browser.close()
  return { version, path: process.execPath, flags: [], converse: converseInPage }
}

async function converseInPage(project: string, farEnds: string): Promise<number> {
  const title = await visit(join(project, PAGE), farEnds, titleOf)
  if (!/^\d+$/.test(title)) throw new Error(title)
  return Number(title)
}

/** Visits a page that was built by something, and answers what it asks. @returns its title then. */
export async function askedByPage(directory: string): Promise<string> {
  using reply = new Reply()
  await reply.bind('ws://127.0.0.1:*')
  return await visit(directory, String(reply.lastEndpoint), async (page) => {
    const question = String(await reply.receive({ timeout: DEADLINE_MS }))
    await reply.send(question === '2 + 2' ? '4' : question)
    return titleOf(page)
  })
}

/** The page says by its title what became of it. */
async function titleOf(page: Page): Promise<string> {
  await page.waitForFunction(`document.title !== ''`, undefined, { timeout: DEADLINE_MS })
  return page.title()
}

/** Opens the page whose program is main.js of a directory, and tells it an address. */
async function visit<T>(
  directory: string,
  address: string,
  then: (page: Page) => Promise<T>,
): Promise<T> {
  const site = await startSite(html, directory)
  const browser = await chromium.launch(launchOptions)
  try {
    const page = await browser.newPage()
    await page.goto(`${site.address}#${address}`)
    return await then(page)
  } finally {
    await browser.close()
    site.stop()
  }
}
