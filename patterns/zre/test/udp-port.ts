import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A UDP port for the nodes of one test, which share it; nobody else is given it meanwhile. */
export async function freePort(): Promise<number> {
  const holder = createSocket({ type: 'udp4', reuseAddr: true })
  onTestFinished(() => void holder.close())
  holder.bind(0)
  await once(holder, 'listening')
  return holder.address().port
}
