import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ZmqError } from '../errors.js'
import { decodeZ85 } from '../util/z85.js'

/*
 * Keys of CURVE in files, as czmq and pyzmq have them (ZPL, RFC 4): one for everybody to know, and
 * beside it one whose name ends in `_secret`.
 *
 *   # a comment
 *   metadata
 *       name = "value"
 *   curve
 *       public-key = "40 characters of Z85"
 *       secret-key = "40 characters of Z85"
 */

/** What a certificate says. */
export interface Certificate {
  /** For everybody to know: 40 characters of Z85. */
  readonly publicKey: string
  /** For nobody else to know: 40 characters of Z85. Not there where the file is for everybody. */
  readonly secretKey?: string
  /** What else is written there, such as a name or an address, by its name. */
  readonly metadata: Readonly<Record<string, string>>
}

/** What a certificate is made of. */
export interface CertificateParts extends Pick<Certificate, 'publicKey' | 'secretKey'> {
  /** What else is to be written there, by its name. */
  readonly metadata?: Certificate['metadata']
}

const SECRET = '_secret'

/** The owner, and nobody else. */
const FOR_OWNER = 0o600

const NAME = /^[\w$\-@.&+/]+$/

function invalid(path: string, what: string): ZmqError {
  return new ZmqError('EINVAL', { reason: `${path}: ${what}` })
}

/**
 * Reads a certificate, public or secret, as czmq's `zcert_save()`, `zmq.auth.create_certificates()` of
 * pyzmq and `writeCertificate()` write them.
 * @throws ZmqError `EINVAL` when it is none, with the line that is wrong (rejected); what the system
 * says when it cannot be read, such as `ENOENT`.
 */
export async function readCertificate(path: string): Promise<Certificate> {
  const values = new Map<string, string>()
  let section = ''
  for (const [index, line] of (await readFile(path, 'utf8')).split(/\r?\n/).entries()) {
    const [, indent = '', name = '', rest] = /^(\s*)([^\s=#]*)\s*(?:=\s*(.*))?/.exec(line) ?? []
    if (name === '') {
      if (/^\s*(#|$)/.test(line)) continue
      throw invalid(path, `line ${String(index + 1)} has no name`)
    }
    if (indent === '') section = name
    if (rest === undefined) continue
    const value = valueOf(rest)
    // What is there may be a secret.
    if (value === undefined) throw invalid(path, `line ${String(index + 1)} ends within a quote`)
    values.set(indent === '' ? name : `${section}/${name}`, value)
  }
  const metadata = [...values].flatMap(([name, value]) =>
    name.startsWith('metadata/') ? [[name.slice('metadata/'.length), value] as const] : [],
  )
  const publicKey = values.get('curve/public-key')
  const secretKey = values.get('curve/secret-key')
  if (publicKey === undefined) throw invalid(path, 'there is no public-key under curve')
  checkKeys(path, { publicKey, ...(secretKey !== undefined && { secretKey }) })
  return {
    publicKey,
    ...(secretKey !== undefined && { secretKey }),
    metadata: Object.fromEntries(metadata),
  }
}

/** A text in quotes, or all up to a comment; undefined when a quote is not closed. */
function valueOf(rest: string): string | undefined {
  const [quote = ''] = rest
  if (quote !== '"' && quote !== "'") return rest.replace(/\s*(#.*)?$/, '')
  const end = rest.indexOf(quote, 1)
  return end < 0 ? undefined : rest.slice(1, end)
}

function checkKeys(path: string, { publicKey, secretKey }: CertificateParts): void {
  for (const [name, key] of [
    ['public-key', publicKey],
    ['secret-key', secretKey],
  ] as const) {
    if (key === undefined || (key.length === 40 && decodeZ85(key) !== undefined)) continue
    throw invalid(path, `${name} is 40 characters of Z85 (RFC 32), not ${String(key.length)} such`)
  }
}

/**
 * Reads the public certificates of a folder: all files but hidden ones and those whose name ends in
 * `_secret`.
 * @returns them by their public keys.
 * @throws as `readCertificate()`.
 */
export async function readCertificates(folder: string): Promise<Map<string, Certificate>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => !entry.isDirectory() && !/^\.|_secret$/.test(entry.name))
    .map(({ name }) => name)
  const certificates = await Promise.all(names.map((name) => readCertificate(join(folder, name))))
  return new Map(certificates.map((certificate) => [certificate.publicKey, certificate]))
}

/**
 * Writes a certificate for everybody to `path`, and, if there is a secret key, one with it to the same
 * path with `_secret` behind it, which nobody but the owner can read (mode 0600). Neither replaces a
 * file that is there: keys do not come back.
 * @throws ZmqError `EINVAL` when a key is not 40 characters of Z85, or metadata cannot be written in a
 * file of this kind (rejected); what the system says, such as `EEXIST`.
 */
export async function writeCertificate(path: string, parts: CertificateParts): Promise<void> {
  const { publicKey, secretKey, metadata = {} } = parts
  checkKeys(path, parts)
  const described = ['metadata', ...Object.entries(metadata).map((each) => property(path, ...each))]
  const known = [...described, 'curve', property(path, 'public-key', publicKey)]
  if (secretKey !== undefined) {
    const secret = [
      '# ZeroMQ CURVE secret certificate: for nobody but its owner.',
      ...[...known, property(path, 'secret-key', secretKey), ''],
    ]
    await writeFile(path + SECRET, secret.join('\n'), { mode: FOR_OWNER, flag: 'wx' })
  }
  const open = ['# ZeroMQ CURVE public certificate.', ...known, '']
  await writeFile(path, open.join('\n'), { flag: 'wx' })
}

function property(path: string, name: string, value: string): string {
  const quote = ['"', "'"].find((each) => !value.includes(each))

  if (!NAME.test(name) || quote === undefined || /[\u0000-\u001f]/.test(value)) {
    throw invalid(
      path,
      `the property ${JSON.stringify(name)} cannot be written in a line of its own`,
    )
  }
  return `    ${name} = ${quote}${value}${quote}`
}
