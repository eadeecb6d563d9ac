/**
 * Where the logs of other machines come together: rsyslog sends them with its module `omczmq` (Debian's
 * package rsyslog-czmq), so that nobody else can read them (CURVE), and only those are heard whose
 * certificates are in a folder. It says what to add to /etc/rsyslog.conf.
 *
 *     npx tsx examples/syslog/main.ts certificates tcp://192.168.1.2:5514
 */

import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { curveKeyPair, Pull } from 'zerowire'
import { readCertificate, readCertificates, writeCertificate } from 'zerowire/certificates'
import { peerOf } from 'zerowire/extra'

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

const [folder = 'certificates', address = 'tcp://127.0.0.1:*'] = process.argv.slice(2)
/** Those of everybody who may log. rsyslog needs its own with the secret, and the server's without. */
const clients = resolve(folder, 'clients')
await mkdir(clients, { recursive: true })
const mine = resolve(folder, 'server')
const first = join(clients, 'rsyslog')
for (const [path, name] of [
  [mine, 'server'],
  [first, 'rsyslog'],
] as const) {
  if (!existsSync(path)) await writeCertificate(path, { ...curveKeyPair(), metadata: { name } })
}

const { secretKey = '' } = await readCertificate(`${mine}_secret`)
const pull = new Pull({ curveServer: true, curveSecretKey: secretKey })
pull.authenticate = async ({ publicKey = '' }) => {
  const known = (await readCertificates(clients)).get(publicKey)
  return known && (known.metadata['name'] ?? publicKey)
}
pull.events.on('handshake:error:auth', ({ remoteAddress, error }) => {
  console.error(`${String(remoteAddress)}: ${error.message}`)
})
await pull.bind(address)
process.once('SIGINT', () => void pull.close())

console.log(`module(load="omczmq" authtype="CURVECLIENT"
  servercertpath="${mine}" clientcertpath="${first}")
action(type="omczmq" socktype="PUSH" endpoints="${String(pull.lastEndpoint)}")
`)
for await (const message of pull) {
  const [, priority, rest] = /^<(\d+)>(.*)/s.exec(String(message[0])) ?? []
  console.log(peerOf(message)?.userId, LEVELS[Number(priority) % 8], rest)
}
