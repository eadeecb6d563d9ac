import { ZmqError } from '../errors.js'
import type { ConnectionFacts, Emit, EventAddress, EventOfType } from '../events.js'

/** Failures that came after the connection and before the end of the handshake. */
export const handshakeFailures: WeakSet<Error> = new WeakSet<Error>()

/** Tells observers why a handshake failed. @returns the error that they were told of. */
export function reportFailure(
  error: Error,
  facts: EventAddress & ConnectionFacts,
  emit: Emit,
): ZmqError {
  const fault = error instanceof ZmqError ? error : new ZmqError('EPIPE', { cause: error })
  handshakeFailures.add(fault)
  emit({ type: kindOf(fault), ...facts, error: fault } as EventOfType)
  return fault
}

/** Whether the two do not trust each other, the peer broke the protocol, or the connection broke. */
function kindOf({ code, status }: ZmqError): EventOfType['type'] {
  if (status !== undefined) return 'handshake:error:auth'
  const isFault = code.startsWith('ERR_') || code === 'EPROTO' || code === 'EMSGSIZE'
  return isFault ? 'handshake:error:protocol' : 'handshake:error:other'
}
