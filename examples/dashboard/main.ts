/**
 * A live view of the demo in a browser. The page gets everything but itself through zerowire:
 *
 *     services -- reports --> XSUB | XPUB -- ws:// --> SUB of the page
 *     sink REP <-- questions -- DEALER | ROUTER <-- ws:// -- REQ of the page
 */

import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import * as zerowire from 'zerowire'
import { report } from '../demo/reporter.js'
import { System } from '../demo/system.js'
import { bundlePage } from './bundle.js'
import { createPageServer, listen } from './page-server.js'
import { relay } from './relay.js'

const { Dealer, Router, Subscriber, XPublisher, XSubscriber } = zerowire

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
  },
})

const system = new System({
  libraries: ['zerowire', 'zerowire', 'zeromq'],
  budget: 50e6,
  mode: 'endless',
})
const server = createPageServer(bundlePage())

// Subscriptions travel up to the services: they report only while a page is open.
const reports = new XSubscriber()
const live = new XPublisher({ linger: 0 })
const asks = new Router({ linger: 0 })
const answers = new Dealer({ linger: 0 })
const progress = new Subscriber({ conflate: true })

const interrupted = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)))
try {
  console.log(`The live view is at ${await open(values.host, values.port)}`)
  await system.start()
  await Promise.race([serve(), system.ended(), interrupted])
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  for (const socket of [reports, live, asks, answers, progress]) await socket.close()
  server.close()
  server.closeAllConnections()
  await system.stop()
}

/** Waits for pages. @returns where they find us. */
async function open(host: string, wish: string | undefined): Promise<string> {
  const port = await listen(server, host, wish)
  const isLocal = host === '127.0.0.1'
  const origins = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
  for (const [path, socket] of Object.entries({ live, ask: asks })) {
    // Other sites that are open in the same browser have no business here.
    socket.allowedOrigins = isLocal ? origins : null
    await socket.bind(`ws://*:*/${path}`, { server })
  }
  return `http://${isLocal ? 'localhost' : host}:${port}/`
}

async function serve(): Promise<void> {
  await reports.bind('tcp://127.0.0.1:*')
  const endpoint = String(reports.lastEndpoint)
  const directory = await system.introduce(endpoint)
  answers.connect(directory.answers)
  progress.connect(directory.progress)
  progress.subscribe()

  const sockets = { progress, answers, live, asks }
  void report(zerowire, 'dashboard', 'zerowire', sockets, endpoint)
  await Promise.all([relay(reports, live), relay(asks, answers), publishProgress()])
}

/** There is news after every file. A look at the latest now and then is enough. */
async function publishProgress(): Promise<void> {
  for await (const [news = ''] of progress) {
    await live.send(['progress', news])
    await delay(250)
  }
}
