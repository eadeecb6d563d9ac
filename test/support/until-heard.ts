import { attemptUntil } from './turn.js'

interface Reader<T> {
  receive(): Promise<T>
}

/**
 * Sends until the reader has it, and returns it as it came; what came twice before is passed over.
 * (Nobody keeps datagrams for a port that is not open yet, and libzmq opens it some time after its
 * bind() has settled; nor is kept what was sent to a peer that turns the sender away.)
 */
export async function untilHeard<T>(
  send: () => Promise<unknown>,
  reader: Reader<T>,
  isIt: (message: T) => boolean,
): Promise<T> {
  const find = async (): Promise<T> => {
    for (;;) {
      const message = await reader.receive()
      if (isIt(message)) return message
    }
  }
  let heard = false
  const found = find().finally(() => (heard = true))
  await attemptUntil(() => heard, send)
  return found
}
