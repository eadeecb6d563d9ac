import { createHmac, randomUUID } from 'node:crypto'
import { sameSecret } from 'zerowire/extra'

/** A message of Jupyter's protocol, without the buffers that some carry. */
export interface JupyterMessage {
  readonly header: Header
  /** Of the request that it belongs to. */
  readonly parent: Partial<Header>
  readonly metadata: object
  readonly content: Readonly<Record<string, unknown>>
}

interface Header {
  readonly msg_id: string
  readonly msg_type: string
  readonly session: string
  readonly username: string
  readonly date: string
  readonly version: string
}

/** What divides routing ids from the message. */
const DELIMITER = '<IDS|MSG>'

const SESSION = randomUUID()

export function request(type: string, content: JupyterMessage['content']): JupyterMessage {
  const header = {
    msg_id: randomUUID(),
    msg_type: type,
    session: SESSION,
    username: 'zerowire',
    date: new Date().toISOString(),
    version: '5.3',
  }
  return { header, parent: {}, metadata: {}, content }
}

function signature(parts: readonly (string | Uint8Array)[], key: string): string {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(part)
  return hmac.digest('hex')
}

/** The parts of a message, signed: who does not know the key can make a kernel do nothing. */
export function encode(message: JupyterMessage, key: string): string[] {
  const { header, parent, metadata, content } = message
  const parts = [header, parent, metadata, content].map((part) => JSON.stringify(part))
  return [DELIMITER, signature(parts, key), ...parts]
}

/** Undefined for what is no message, or nobody has signed who knows the key. */
export function decode(message: readonly Uint8Array[], key: string): JupyterMessage | undefined {
  const at = message.findIndex((part) => part.toString() === DELIMITER)
  const [signed, ...parts] = message.slice(at + 1, at + 6)
  if (at < 0 || parts.length !== 4) return undefined
  if (!sameSecret(signature(parts, key), signed?.toString())) return undefined
  // Those who know the key speak the protocol.
  const [header, parent, metadata, content] = parts.map(
    (part) => JSON.parse(part.toString()) as object,
  )
  return { header, parent, metadata, content } as JupyterMessage
}
