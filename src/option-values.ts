/**
 * How `wss://` proves who is who: what `tls.createServer()` and `tls.connect()` of Node take. A
 * listener needs `key` and `cert`. Browsers take no such options.
 */
export interface TlsOptions {
  /** The private key, PEM. */
  readonly key?: string | Uint8Array
  /** The certificate and those between it and an authority, PEM. */
  readonly cert?: string | Uint8Array
  /** Authorities to trust in place of the well-known ones, PEM. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** What the private key is encrypted with. */
  readonly passphrase?: string
  /** Whether a peer without a valid certificate is refused. @default true */
  readonly rejectUnauthorized?: boolean
  /** The name that the peer's certificate must be for, if not the host of the endpoint. */
  readonly servername?: string
  /** Whether a listener asks those who connect for a certificate. @default false */
  readonly requestCert?: boolean
  /** Whatever else Node takes. */
  readonly [name: string]: unknown
}

/** Every option of a socket by its name, with the type of its value. */
export interface OptionValues {
  // of all sockets
  affinity: number
  rate: number
  recoveryInterval: number
  linger: number
  reconnectInterval: number
  backlog: number
  useFileDescriptor: number
  reconnectMaxInterval: number
  maxMessageSize: number
  tcpKeepalive: number
  tcpKeepaliveCount: number
  tcpKeepaliveIdle: number
  tcpKeepaliveInterval: number
  tcpAcceptFilter: string | null
  immediate: boolean
  ipv6: boolean
  plainServer: boolean
  plainUsername: string | null
  plainPassword: string | null
  curveServer: boolean
  curvePublicKey: string | null
  curveSecretKey: string | null
  curveServerKey: string | null
  zapDomain: string | null
  typeOfService: number
  handshakeInterval: number
  socksProxy: string | null
  socksUsername: string | null
  socksPassword: string | null
  heartbeatInterval: number
  heartbeatTimeToLive: number
  heartbeatTimeout: number
  connectTimeout: number
  tcpMaxRetransmitTimeout: number
  multicastMaxTransportDataUnit: number
  interface: string | null
  zapEnforceDomain: boolean
  loopbackFastPath: boolean
  maxPendingOperations: number
  maxPendingHandshakes: number
  minimumZmtpVersion: number
  tls: TlsOptions | null
  allowedOrigins: readonly string[] | null
  metadata: Readonly<Record<string, string>> | null
  reconnectStop: number
  // of all sockets, by number only
  multicastLoop: boolean
  inBatchSize: number
  outBatchSize: number
  priority: number
  busyPoll: number
  // of sockets that send
  multicastHops: number
  sendBufferSize: number
  sendHighWaterMark: number
  sendTimeout: number
  // of sockets that receive
  receiveBufferSize: number
  receiveHighWaterMark: number
  receiveTimeout: number
  messagePeers: boolean
  // of some socket types
  routingId: Uint8Array | null
  mandatory: boolean
  probeRouter: boolean
  handover: boolean
  correlate: boolean
  relaxed: boolean
  conflate: boolean
  noDrop: boolean
  manual: boolean
  welcomeMessage: Uint8Array | null
  invertMatching: boolean
  verbosity: 'allSubs' | 'allSubsUnsubs' | null
  manualLastValue: boolean
  onlyFirstSubscribe: boolean
  verboseUnsubscribe: boolean
  routerNotify: number
  helloMessage: Uint8Array | null
  disconnectMessage: Uint8Array | null
  hiccupMessage: Uint8Array | null
  notify: boolean
  maxGroups: number
}

/** The name of an option. */
export type OptionName = keyof OptionValues

/** Options each of which, if set, asks for authentication or encryption. */
export type SecurityOption =
  | 'plainServer'
  | 'plainUsername'
  | 'plainPassword'
  | 'curveServer'
  | 'curvePublicKey'
  | 'curveSecretKey'
  | 'curveServerKey'
  | 'zapDomain'
