import * as native from 'zeromq'
import { createHash } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { TransferClient, TransferServer } from 'zerowire/patterns/file-transfer'
import type {
  Store,
  TransferClientOptions,
  TransferServerOptions,
} from 'zerowire/patterns/file-transfer'
import { track } from '../../../test/support/track.js'
import { freshAddress } from '../../../test/support/transports.js'
import { trackAll } from '../../common/test/tracked.js'

/** Bytes that are no others' beginning, nor the same at any two places that matter. */
export function content(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let state = seed
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** A server, until the test ends, and where it is. */
export async function serve(
  store: Store,
  options: TransferServerOptions = {},
): Promise<{ server: TransferServer; address: string }> {
  const server = trackAll(new TransferServer(store, options))
  return { server, address: await server.bind(freshAddress('tcp')) }
}

/** A client, until the test ends, that does not wait for long. */
export function clientOf(address: string, options: TransferClientOptions = {}): TransferClient {
  return trackAll(new TransferClient(address, { retryInterval: 1, ...options }))
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

type Frame = string | Uint8Array
type Answer = readonly Frame[]

/**
 * A server that says what it likes: a ROUTER of libzmq, which answers each request by what `answers`
 * returns for it, without the name of the protocol.
 */
export async function liar(answers: (request: Buffer[]) => readonly Answer[]): Promise<string> {
  const router = track(new native.Router({ sendHighWaterMark: 0 }))
  await router.bind('tcp://127.0.0.1:*')
  const listen = async (): Promise<void> => {
    for await (const [id = Buffer.alloc(0), ...request] of router) {
      for (const answer of answers(request)) await router.send([id, 'FT01', ...answer])
    }
  }
  const listening = listen()
  onTestFinished(async () => {
    router.close()
    await listening
  })
  return router.lastEndpoint ?? ''
}
