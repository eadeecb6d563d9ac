import { describeTransport } from './transport-contract.js'
import { webSocketTraits } from './websocket-traits.js'

describeTransport('wss', webSocketTraits('wss'))
