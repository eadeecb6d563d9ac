import { describe } from 'vitest'
import { curveKeyPair } from 'zerowire'
import { some } from './company.js'
import { curveClientAttacks, curveServerAttacks, curveTrafficAttacks } from './curve-attacks.js'
import { curveByHeart } from './curve-layer.js'
import { attackAll, attackDiallers, attackListeners, type Layer } from './driver.js'
import { plain, zmtp } from './layers.js'
import { curveAttacks, plainClientAttacks, plainServerAttacks } from './security-attacks.js'
import { trafficAttacks } from './zmtp-traffic-attacks.js'

describe('PLAIN', () => {
  attackListeners(plain, 'tcp', some, [...plainServerAttacks, ...trafficAttacks])
  attackDiallers(plain, 'tcp', some, [...plainClientAttacks, ...trafficAttacks])
})

const keys = curveKeyPair()

const curve: Layer = {
  ...zmtp,
  equipment: (victim) => {
    const server = { curveServer: true, curveSecretKey: keys.secretKey }
    const own = curveKeyPair()
    const client = {
      curveServerKey: keys.publicKey,
      curvePublicKey: own.publicKey,
      curveSecretKey: own.secretKey,
    }
    return victim === 'listener'
      ? { victim: { ...server, minimumZmtpVersion: 1 }, peers: client }
      : { victim: { ...client, minimumZmtpVersion: 1 }, peers: server }
  },
}

describe('CURVE', () => {
  attackAll(curve, 'tcp', some, curveAttacks)
  attackAll(curveByHeart, 'tcp', some, curveTrafficAttacks)
  attackListeners(curveByHeart, 'tcp', some, curveClientAttacks)
  attackDiallers(curveByHeart, 'tcp', some, curveServerAttacks)
})
