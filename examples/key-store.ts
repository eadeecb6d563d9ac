/**
 * A key store on disk: a folder with the public certificate of everybody who may come in, as czmq and
 * pyzmq write them, read again whenever it changes. Who is added may come in at once; who is removed
 * cannot come again.
 */

import { watch } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { curveKeyPair, Pull, Push, type Authenticate } from 'zerowire'
import { readCertificates, writeCertificate, type Certificate } from 'zerowire/certificates'
import { peerOf } from 'zerowire/extra'

class KeyStore {
  #known: ReadonlyMap<string, Certificate> = new Map()
  readonly #watcher
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
    this.#watcher = watch(folder, () => void this.#read())
  }

  static async open(folder: string): Promise<KeyStore> {
    const store = new KeyStore(folder)
    store.#known = await readCertificates(folder)
    return store
  }

  /** A file that is only half there changes nothing; it changes again when it is. */
  async #read(): Promise<void> {
    try {
      this.#known = await readCertificates(this.#folder)
    } catch (error) {
      console.warn(String(error))
    }
  }

  readonly authenticate: Authenticate = ({ publicKey = '' }) => {
    const certificate = this.#known.get(publicKey)
    return certificate && { userId: certificate.metadata['name'] ?? publicKey }
  }

  close(): void {
    this.#watcher.close()
  }
}

const folder = await mkdtemp(join(tmpdir(), 'keys-'))
const store = await KeyStore.open(folder)

const keys = curveKeyPair()
const server = new Pull({ curveServer: true, curveSecretKey: keys.secretKey })
server.authenticate = store.authenticate
await server.bind('tcp://127.0.0.1:*')

const mine = curveKeyPair()

/** Says hello with keys, and gives the answer. */
async function knock(): Promise<string> {
  const client = new Push({ curvePublicKey: mine.publicKey, curveSecretKey: mine.secretKey })
  client.curveServerKey = keys.publicKey
  const answer = new Promise<string>((resolve) => {
    client.events.on('handshake', () => resolve('come in'))
    client.events.on('handshake:error:auth', ({ error }) => resolve(error.message))
  })
  client.connect(String(server.lastEndpoint))
  await client.send('hello')
  const said = await answer
  await client.close()
  return said
}

console.log(await knock())
await writeCertificate(join(folder, 'anna'), {
  publicKey: mine.publicKey,
  metadata: { name: 'Anna' },
})
while ((await knock()) !== 'come in') await setTimeout(20)

const message = await server.receive()
console.log(`${peerOf(message)?.userId}: ${String(message[0])}`)

store.close()
await server.close()
await rm(folder, { recursive: true })

// Prints:
//   Authentication failure
//   Anna: hello
