import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { launchOptions } from './chromium.js'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
}

export interface Site {
  readonly address: string
  stop(): void
}

/** Serves a page, and the files of a directory beside it, as they are, for as long as the test runs. */
export async function serveSite(page: string, directory: string): Promise<string> {
  const { address, stop } = await startSite(page, directory)
  onTestFinished(stop)
  return address
}

/** The same until it is told to stop. */
export async function startSite(page: string, directory: string): Promise<Site> {
  const server = createServer(({ url = '/' }, response) => {
    const content = url === '/' ? Promise.resolve(page) : readFile(join(directory, url))
    content.then(
      (body) => {
        response.setHeader('Content-Type', types[extname(url)] ?? 'text/html')
        response.end(body)
      },
      () => response.writeHead(404).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A page in a browser of its own, which ends with the test. What goes wrong in it is kept. */
export async function visit(address: string): Promise<{ page: Page; errors: string[] }> {
  const browser = await chromium.launch(launchOptions)
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(address)
  return { page, errors }
}
