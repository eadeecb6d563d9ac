// Every socket type with its options, as constructor arguments and as properties.
import * as zmq from 'zeromq'

const context = new zmq.Context({ ioThreads: 2, maxSockets: 64, ipv6: true, blocky: false })

export const pair = new zmq.Pair({ context, linger: 0 })
export const publisher = new zmq.Publisher({ noDrop: true, conflate: true, invertMatching: false })
export const subscriber = new zmq.Subscriber({ conflate: true, invertMatching: false })
export const request = new zmq.Request({ routingId: 'me', correlate: true, relaxed: true })
export const reply = new zmq.Reply({ routingId: null })
export const dealer = new zmq.Dealer({ routingId: 'd', probeRouter: true, conflate: false })
export const router = new zmq.Router({ mandatory: true, handover: true, probeRouter: false })
export const pull = new zmq.Pull({ conflate: true })
export const push = new zmq.Push({ conflate: true, sendTimeout: 0, sendHighWaterMark: 1 })
export const xpublisher = new zmq.XPublisher({
  verbosity: 'allSubsUnsubs',
  noDrop: false,
  manual: false,
  welcomeMessage: 'hello',
  invertMatching: false,
})
export const xsubscriber = new zmq.XSubscriber()
export const stream = new zmq.Stream({ notify: false })

const options: zmq.SocketOptions<zmq.Dealer> = {
  affinity: 1,
  rate: 100,
  recoveryInterval: 10_000,
  linger: -1,
  reconnectInterval: 100,
  backlog: 100,
  reconnectMaxInterval: 0,
  maxMessageSize: 1024,
  tcpKeepalive: 1,
  tcpKeepaliveCount: 3,
  tcpKeepaliveIdle: 60,
  tcpKeepaliveInterval: 10,
  tcpAcceptFilter: '127.0.0.1',
  immediate: true,
  ipv6: false,
  plainServer: false,
  plainUsername: null,
  plainPassword: null,
  curveServer: false,
  curvePublicKey: null,
  curveSecretKey: null,
  curveServerKey: null,
  gssapiPrincipal: null,
  gssapiPlainText: false,
  gssapiServicePrincipalNameType: 'krb5Principal',
  zapDomain: 'global',
  typeOfService: 0,
  handshakeInterval: 30_000,
  socksProxy: null,
  heartbeatInterval: 1000,
  heartbeatTimeToLive: 3000,
  heartbeatTimeout: 3000,
  connectTimeout: 0,
  tcpMaxRetransmitTimeout: 0,
  multicastMaxTransportDataUnit: 1500,
  vmciBufferSize: 65_536,
  vmciBufferMinSize: 128,
  vmciBufferMaxSize: 262_144,
  vmciConnectTimeout: -1,
  interface: null,
  zapEnforceDomain: false,
  loopbackFastPath: false,
  multicastHops: 1,
  sendBufferSize: -1,
  sendHighWaterMark: 1000,
  sendTimeout: -1,
  receiveBufferSize: -1,
  receiveHighWaterMark: 1000,
  receiveTimeout: -1,
}

export async function configure(): Promise<void> {
  const socket = new zmq.Dealer(options)
  socket.linger = 0
  socket.curveServer = true
  socket.curveSecretKey = zmq.curveKeyPair().secretKey
  socket.plainUsername = socket.plainPassword = 'guest'
  socket.receiveTimeout = socket.sendTimeout / 2
  router.mandatory = true
  router.handover = !router.handover
  subscriber.conflate = false
  publisher.invertMatching = subscriber.invertMatching
  xpublisher.verbosity = null
  xpublisher.verbosity = 'allSubs'
  xpublisher.welcomeMessage = null
  stream.notify = true
  push.conflate = pull.conflate

  const facts: [string | null, boolean, boolean, boolean, boolean] = [
    socket.lastEndpoint,
    socket.closed,
    socket.readable,
    socket.writable,
    socket.threadSafe,
  ]
  console.log(facts)
  if (socket.type === 5 && socket.securityMechanism === 'curve') console.log('curve')
  if (socket.context === zmq.context) console.log('default context')

  await socket.bind('tcp://127.0.0.1:*')
  await socket.unbind(socket.lastEndpoint as string)
  socket.bindSync('tcp://127.0.0.1:*')
  socket.unbindSync(socket.lastEndpoint as string)
  socket.connect('tcp://127.0.0.1:3000')
  socket.disconnect('tcp://127.0.0.1:3000')
  router.connect('tcp://127.0.0.1:3000', { routingId: 'peer' })
  stream.connect('tcp://127.0.0.1:80', { routingId: 'peer' })
  const how: zmq.RouterConnectOptions = {}
  const raw: zmq.StreamConnectOptions = { routingId: 'x' }
  router.connect('tcp://127.0.0.1:3000', how)
  stream.connect('tcp://127.0.0.1:3000', raw)
  subscriber.subscribe()
  subscriber.subscribe('a', Buffer.from('b'))
  subscriber.unsubscribe(...['a', 'b'])
  socket.close()
}

export async function proxy(): Promise<void> {
  const between = new zmq.Proxy(new zmq.Router(), new zmq.Dealer({ linger: 0 }))
  between.frontEnd.mandatory = true
  between.backEnd.probeRouter = true
  await between.frontEnd.bind('tcp://*:3001')
  setTimeout(() => between.terminate(), 5000)
  await between.run()
  between.pause()
  between.resume()
  const forwarder: zmq.Proxy<zmq.XSubscriber, zmq.XPublisher> = new zmq.Proxy(
    new zmq.XSubscriber(),
    new zmq.XPublisher(),
  )
  const any: zmq.Proxy = new zmq.Proxy<zmq.Socket, zmq.Socket>(forwarder.frontEnd, new zmq.Pair())
  any.frontEnd.close()
}

export function contexts(): void {
  zmq.context.blocky = false
  zmq.context.ioThreads = 4
  zmq.context.maxSockets = zmq.context.maxSocketsLimit
  zmq.context.maxMessageSize = 1024
  zmq.context.threadPriority = 1
  zmq.context.threadSchedulingPolicy = 0
  const version: string = zmq.version
  const able: boolean = !!zmq.capability.curve && zmq.capability.draft === true
  const { publicKey, secretKey }: { publicKey: string; secretKey: string } = zmq.curveKeyPair()
  console.log(version.startsWith('4.3'), able, publicKey.length + secretKey.length, zmq.capability)
}
