/** The first bytes of ZMTP 3.1, made by hand as text of one character a byte. */

const zeros = (count: number): string => '\0'.repeat(count)

/** Greeting and READY of a peer without security. */
export function zmtpOpening(socketType: string): string {
  const greeting = `\xff${zeros(8)}\x7f\x03\x01${'NULL'.padEnd(20, '\0')}${zeros(32)}`
  const length = String.fromCharCode(socketType.length)
  return greeting + zmtpCommand(`\x05READY\x0bSocket-Type${zeros(3)}${length}${socketType}`)
}

/** The frame of a command. */
export function zmtpCommand(body: string): string {
  return `\x04${String.fromCharCode(body.length)}${body}`
}
