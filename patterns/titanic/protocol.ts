/** The services of RFC 9, each asked over Majordomo. */
export const REQUEST = 'titanic.request'
export const REPLY = 'titanic.reply'
export const CLOSE = 'titanic.close'

/** The only statuses there are. Three digits alone: some clients compare the whole frame. */
export const OK = '200'
export const PENDING = '300'
export const UNKNOWN = '400'
export const ERROR = '500'

const UUID = /^[0-9a-f]{32}$/

export function newUuid(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

/** The uuid that a message of one frame is, in small letters; undefined when it is none. */
export function uuidOf(message: readonly Uint8Array[]): string | undefined {
  const [frame] = message
  if (message.length !== 1 || frame?.length !== 32) return undefined
  const uuid = new TextDecoder().decode(frame).toLowerCase()
  return UUID.test(uuid) ? uuid : undefined
}

/** The name that a frame is, as far as a service can be called that. */
export function serviceOf(frame: Uint8Array | undefined): string | undefined {
  if (!frame || frame.length === 0 || frame.length > 255) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(frame)
  } catch {
    return undefined
  }
}

/** The status that a reply begins with; the text that may follow means nothing. */
export function statusOf(message: readonly Uint8Array[]): string | undefined {
  const text = new TextDecoder().decode(message[0]?.subarray(0, 4))
  return /^\d{3} ?$/.test(text) ? text.slice(0, 3) : undefined
}
