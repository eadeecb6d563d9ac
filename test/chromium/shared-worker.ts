import { Pull, Publisher } from 'zerowire'
import { shareInproc } from 'zerowire/workers'

/** Has the names of all pages in common, and tells all what one has said. */

const heard = new Pull()
const news = new Publisher()

globalThis.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (port !== undefined) shareInproc(port)
})

await Promise.all([heard.bind('inproc://say'), news.bind('inproc://news')])
for await (const message of heard) await news.send(message)
