import { describe } from 'vitest'
import { conversations, some } from './company.js'
import { attackAll } from './driver.js'
import { zmtp } from './layers.js'
import { handshakeAttacks } from './zmtp-handshake-attacks.js'
import { trafficAttacks } from './zmtp-traffic-attacks.js'

const attacks = [...handshakeAttacks, ...trafficAttacks]

describe('over tcp', () => {
  attackAll(zmtp, 'tcp', conversations, attacks)
})

// What is above the stream of bytes does not know which one it is.
describe('over ipc', () => {
  attackAll(zmtp, 'ipc', some, attacks)
})
