import { curveKeyPair } from 'zerowire/curve'
import { writeCertificate } from 'zerowire/certificates'
import { misuse } from './exit.js'
import type { Run } from './run.js'
import { print } from './streams.js'

/** How the keys are given. */
export interface KeygenOptions {
  readonly json?: boolean
  readonly output?: string
  readonly metadata?: readonly string[]
}

/** Makes a pair of keys for CURVE, and prints it or writes it to files. */
export async function keygen(options: KeygenOptions, run: Run): Promise<void> {
  const { json = false, output, metadata = [] } = options
  if (output === undefined && metadata.length > 0) throw misuse('--metadata is for --output')
  if (output !== undefined && json) throw misuse('--json and --output exclude each other')
  const keys = curveKeyPair()
  if (output !== undefined) {
    await writeCertificate(output, {
      ...keys,
      metadata: Object.fromEntries(metadata.map(property)),
    })
    run.note(`wrote ${output}, for everybody, and ${output}_secret, for nobody else`)
    return
  }
  const text = `public-key: ${keys.publicKey}\nsecret-key: ${keys.secretKey}\n`
  await print(json ? `${JSON.stringify(keys)}\n` : text, run)
}

function property(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw misuse(`--metadata ${text}: expected name=value`)
}
