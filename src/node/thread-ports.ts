import * as workers from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

/*
 * Ports that one thread hands to another. Node has had a way to do so since 20.19 and 22.5; the main thread
 * passes them on. A program that listens for `workerMessage` itself sees these messages too.
 */

/** What is said to another thread. */
interface HandedOver {
  /** Whom it is for. */
  readonly zerowire: string
  readonly port: MessagePort
}

type Take = (port: MessagePort) => void

const waiting = new Map<string, Take>()
let listening = false

/** From now on whoever knows the name can hand over a port. @returns the end of that. */
export function expectPort(name: string, take: Take): () => void {
  if (!listening) {
    listening = true
    process.on('workerMessage', (value: unknown) => {
      if (isHandedOver(value)) waiting.get(value.zerowire)?.(value.port)
    })
  }
  waiting.set(name, take)
  return () => waiting.delete(name)
}

/** Hands a port to another thread, if that can be: whoever has got it has to say so. */
export function handOver(thread: number, name: string, port: MessagePort): void {
  // Older Node does not have it.
  const { postMessageToThread } = workers as Partial<typeof workers>
  postMessageToThread?.(thread, { zerowire: name, port } satisfies HandedOver, [port]).catch(() => {
    // The thread is no more, or is this one: two copies of the library may be in it.
  })
}

function isHandedOver(value: unknown): value is HandedOver {
  return typeof value === 'object' && value !== null && 'zerowire' in value && 'port' in value
}
