import { describe } from 'vitest'
import { tls } from '../support/tls.js'
import { conversations, some } from './company.js'
import { attackAll, attackListeners } from './driver.js'
import { zmtpInWebSocket, zws } from './layers.js'
import { websocketAttacks } from './websocket-attacks.js'
import { handshakeAttacks } from './zmtp-handshake-attacks.js'
import { trafficAttacks } from './zmtp-traffic-attacks.js'

describe('over ws', () => {
  attackAll(zws, 'ws', conversations, websocketAttacks)
})

// What is above TLS does not know of it.
describe('over wss', () => {
  const options = { tls }
  const layer = { ...zws, equipment: () => ({ victim: options, peers: options }) }
  attackAll(layer, 'wss', some, websocketAttacks)
})

describe('ZMTP in messages of WebSocket', () => {
  attackListeners(zmtpInWebSocket, 'ws', some, [...handshakeAttacks, ...trafficAttacks])
})
