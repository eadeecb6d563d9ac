import { describeTransport } from './transport-contract.js'
import { webSocketTraits } from './websocket-traits.js'

describeTransport('ws', webSocketTraits('ws'))
