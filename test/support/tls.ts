import { readFileSync } from 'node:fs'

const file = (name: string): string =>
  readFileSync(new URL(`tls/${name}.pem`, import.meta.url), 'utf8')

/** A test certificate for localhost, 127.0.0.1 and ::1, signed by itself, and its key. */
export const cert: string = file('cert')
export const key: string = file('key')

/** What a listener needs; with `ca`, which lets anybody trust it, the same will do for its peers. */
export const tls = { key, cert, ca: cert }
