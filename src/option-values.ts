/**
 * How `wss://` proves who is who: what `tls.createServer()` and `tls.connect()` of Node take. A
 * listener needs `key` and `cert`. Browsers take no such options.
 */
export interface TlsOptions {
  /** The private key, PEM. None if it is not given: then one cannot listen. */
  readonly key?: string | Uint8Array
  /** The certificate and those between it and an authority, PEM. None if it is not given. */
  readonly cert?: string | Uint8Array
  /** Authorities to trust in place of the well-known ones, PEM. @default those of Node */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** What the private key is encrypted with, if it is. */
  readonly passphrase?: string
  /** Whether a peer without a valid certificate is refused. @default true */
  readonly rejectUnauthorized?: boolean
  /** The name that the peer's certificate must be for. @default the host of the endpoint */
  readonly servername?: string
  /** Whether a listener asks those who connect for a certificate. @default false */
  readonly requestCert?: boolean
  /** Whatever else Node takes. */
  readonly [name: string]: unknown
}

/** Somebody who wants to come in, as the function of the option `authenticate` is told of them. */
export interface AuthenticationRequest {
  /** How they prove who they are; with `NULL` they do not. */
  readonly mechanism: 'NULL' | 'PLAIN' | 'CURVE'
  /** Under PLAIN (RFC 24): the user name, which came in clear. */
  readonly username?: string
  /** Under PLAIN: the password, which came in clear. */
  readonly password?: string
  /** Under CURVE: the public key as 40 characters of Z85 (RFC 32). They have proved that they know the secret one. */
  readonly publicKey?: string
  /**
   * Their address without the port, such as `192.0.2.7`, or `::ffff:192.0.2.7` where we listen with `ipv6`;
   * `localhost` over `ipc://`. What headers of HTTP say of it does not count.
   */
  readonly address: string
  /** The option `zapDomain` of the socket; empty if it has none. */
  readonly domain: string
  /** What type of socket they say they are, such as `DEALER`. */
  readonly socketType: string
  /** The routing id that they want; empty if none. */
  readonly routingId: Uint8Array
  /** What else they say of themselves (their option `metadata`): names in lower case, such as `x-version`. */
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * What is to be known of somebody who may come in: `peer.userId` and `peer.metadata` of events and messages.
 * It has one of the two at least: other objects are no answer. Peers choose what begins with `x-`
 * themselves, where it is not said here: what rights depend on wants another name.
 */
export interface Authenticated {
  /** Who they are, in your own words: `peer.userId` from then on. */
  readonly userId?: string
  /** What else is to be known of them, texts by their names. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * Judges somebody who wants to come in: true, the user id, or more, lets them in; false, null and
 * undefined turn them away for good. One that throws turns them away with an internal error.
 */
export type Authenticate = (
  request: AuthenticationRequest,
) => AuthenticationAnswer | Promise<AuthenticationAnswer>

/** What a function of the option `authenticate` answers. */
export type AuthenticationAnswer = boolean | string | Authenticated | null | undefined

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
  authenticate: Authenticate | null
  // what others of them amount to
  mechanism: 'NULL' | 'PLAIN' | 'CURVE'
  asServer: boolean
  remembersPeers: boolean
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

/** Options that say who may talk to whom, and how they prove it. */
export type SecurityOption =
  | 'mechanism'
  | 'asServer'
  | 'plainUsername'
  | 'plainPassword'
  | 'curvePublicKey'
  | 'curveSecretKey'
  | 'curveServerKey'
  | 'zapDomain'
  | 'zapEnforceDomain'
  | 'authenticate'
