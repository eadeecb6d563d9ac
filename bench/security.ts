import Module from 'node:module'
import type { Task } from './task.js'

/** Keys for measurements: everybody knows them. */
const SERVER = {
  publicKey: '(4^WQ2LSdO6N#GSI@}se31Q-]y*71=ojIZJ<!{#A',
  secretKey: 'ouB/ka:DajnLJYz>d$64v9A#bE4s#:Zmm!qhT!y[',
}
const CLIENT = {
  publicKey: 'pZ06r5lucs)IRb*Vs*JB</NBp(.p0}5B8100JO6Z',
  secretKey: 'VCavEelqATIPcTCS<OC15jzPs]V>n??oQDV!L-*x',
}

/** The options of the socket that binds. */
export function asServer({ security }: Task) {
  if (security === 'NULL') return {}
  return { curveServer: true, curveSecretKey: SERVER.secretKey }
}

/** The options of sockets that connect. */
export function asClient({ security }: Task) {
  if (security === 'NULL') return {}
  return {
    curveServerKey: SERVER.publicKey,
    curvePublicKey: CLIENT.publicKey,
    curveSecretKey: CLIENT.secretKey,
  }
}

/** Makes this process one in which the native accelerator is not installed. */
export function hideAccelerator(): void {
  const loader = Module as unknown as { _resolveFilename: (...args: unknown[]) => string }
  const resolve = loader._resolveFilename
  loader._resolveFilename = function (name, ...rest) {
    if (name === 'sodium-native') throw new Error('hidden')
    return resolve.call(this, name, ...rest)
  }
}
