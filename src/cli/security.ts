import { existsSync } from 'node:fs'
import type { Authenticate } from 'zerowire'
import { readCertificate, readCertificates } from 'zerowire/certificates'
import { curveKeyPair } from 'zerowire/curve'
import { sameSecret } from 'zerowire/extra'
import { EXIT, misuse, Stop } from './exit.js'
import { textOf } from './run.js'

/** Who we are and whom we let in, as it comes from a command line. */
export interface SecurityOptions {
  readonly curveServer?: string
  readonly curveKey?: string
  readonly curveSecret?: string
  readonly curveAccept?: string
  readonly plainUsername?: string
  readonly plainPassword?: string
  readonly plainServer?: boolean
}

/** The same, as a socket takes it. */
export interface SocketSecurity {
  curveServer?: boolean
  curveServerKey?: string
  curvePublicKey?: string
  curveSecretKey?: string
  plainServer?: boolean
  plainUsername?: string
  plainPassword?: string
  authenticate?: Authenticate
}

/** 40 characters of Z85 (RFC 32). */
const KEY = /^[\w.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/

/** Whether a value is a key itself, and not the name of a file that has one. */
export function isKey(value: string): boolean {
  return KEY.test(value) && !existsSync(value)
}

/** @throws Stop when the options contradict each other, or a file has no key. */
export async function securityOf(options: SecurityOptions): Promise<SocketSecurity> {
  const curve = [options.curveServer, options.curveKey, options.curveSecret, options.curveAccept]
  const usesCurve = curve.some((each) => each !== undefined)
  const { plainUsername, plainPassword, plainServer } = options
  if (plainUsername === undefined && plainServer !== true) {
    return usesCurve ? curveOf(options) : {}
  }
  if (usesCurve) throw misuse('--curve-... and --plain-... exclude each other')
  if (plainUsername === undefined || plainPassword === undefined) {
    throw misuse('PLAIN takes --plain-username, and ZEROWIRE_PLAIN_PASSWORD or --plain-password')
  }
  if (plainServer !== true) return { plainUsername, plainPassword }
  return {
    plainServer: true,
    authenticate: ({ username, password }) =>
      sameSecret(username, plainUsername) && sameSecret(password, plainPassword) && plainUsername,
  }
}

async function curveOf(options: SecurityOptions): Promise<SocketSecurity> {
  const { curveServer, curveKey, curveSecret, curveAccept } = options
  if ((curveServer === undefined) === (curveAccept === undefined)) {
    throw misuse(
      'CURVE takes --curve-server with the public key of whom we connect to, or --curve-accept when we are the server',
    )
  }
  const { publicKey = curveKey && (await publicKeyOf(curveKey)), secretKey } =
    await ownKeys(curveSecret)
  if (curveAccept !== undefined) {
    if (secretKey === undefined)
      throw misuse('--curve-accept takes --curve-secret with our own key')
    return {
      curveServer: true,
      curveSecretKey: secretKey,
      authenticate: await welcome(curveAccept),
    }
  }
  const curveServerKey = await publicKeyOf(curveServer ?? '')
  if (secretKey === undefined) {
    if (curveKey !== undefined)
      throw misuse('--curve-key takes --curve-secret, which belongs to it')
    // Who has no key of his own is nobody in particular.
    const { publicKey: curvePublicKey, secretKey: curveSecretKey } = curveKeyPair()
    return { curveServerKey, curvePublicKey, curveSecretKey }
  }
  if (!publicKey)
    throw misuse('--curve-secret without a certificate file takes --curve-key, which belongs to it')
  return { curveServerKey, curvePublicKey: publicKey, curveSecretKey: secretKey }
}

async function ownKeys(
  secret: string | undefined,
): Promise<{ publicKey?: string; secretKey?: string }> {
  if (secret === undefined) return {}
  if (isKey(secret)) return { secretKey: secret }
  const { publicKey, secretKey } = await certificate('--curve-secret', secret)
  if (secretKey !== undefined) return { publicKey, secretKey }
  throw misuse(
    `--curve-secret ${secret}: expected a file with a secret key, such as ${secret}_secret`,
  )
}

async function publicKeyOf(value: string): Promise<string> {
  if (isKey(value)) return value
  return (await certificate('a public key', value)).publicKey
}

async function welcome(folder: string): Promise<Authenticate> {
  if (folder === 'any') return () => true
  try {
    const certificates = await readCertificates(folder)
    return ({ publicKey = '' }) => certificates.has(publicKey)
  } catch (error) {
    throw unreadable('--curve-accept', `a folder of public certificates, or any`, error)
  }
}

/** What stands there may be a secret, so that nothing but the name of a file that exists is repeated. */
async function certificate(what: string, path: string): ReturnType<typeof readCertificate> {
  if (!existsSync(path)) {
    throw misuse(
      `${what}: expected 40 characters of Z85 or a certificate file, and there is no such file`,
    )
  }
  try {
    return await readCertificate(path)
  } catch (error) {
    throw unreadable(what, 'a certificate file', error)
  }
}

function unreadable(what: string, expected: string, error: unknown): Stop {
  return new Stop(EXIT.usage, `${what}: expected ${expected}: ${textOf(error)}`)
}
