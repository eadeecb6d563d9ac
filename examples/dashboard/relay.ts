import type { Readable, Writable } from 'zerowire'

type Duplex = Readable & Writable

/** Hands on what comes to either of two sockets through the other, until they are closed. */
export async function relay(one: Duplex, other: Duplex): Promise<void> {
  await Promise.all([forward(one, other), forward(other, one)])
}

async function forward(from: Readable, to: Writable): Promise<void> {
  for await (const message of from) await to.send(message)
}
