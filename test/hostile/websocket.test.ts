import { describe } from 'vitest'
import { tls } from '../support/tls.js'
import { conversations, some } from './company.js'
import { attackAll } from './driver.js'
import { zws } from './layers.js'
import { websocketAttacks } from './websocket-attacks.js'

describe('over ws', () => {
  attackAll(zws, 'ws', conversations, websocketAttacks)
})

// What is above TLS does not know of it.
describe('over wss', () => {
  const options = { tls }
  const layer = { ...zws, equipment: () => ({ victim: options, peers: options }) }
  attackAll(layer, 'wss', some, websocketAttacks)
})
