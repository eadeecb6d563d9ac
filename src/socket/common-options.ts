import type { Authenticate, TlsOptions } from '../options.js'

/**
 * The options that every socket has as properties. Set them before `bind()` and `connect()`: few have
 * an effect on connections that are there. A value of the wrong type is a TypeError, one out of range the
 * ZmqError `EINVAL`, at once and without a change; on a closed socket they are neither set nor read (`ENOTSOCK`).
 *
 * An interface, not fields of the class: subclasses may replace them by accessors of their own.
 */
export interface CommonOptions {
  /** Accepted for compatibility, without effect. @default 0 */
  affinity: number
  /** Accepted for compatibility (multicast), without effect. @default 100 */
  rate: number
  /** Accepted for compatibility (multicast), without effect. @default 10000 */
  recoveryInterval: number
  /**
   * How long messages that are queued at `close()`, `unbind()` or `disconnect()` may take to leave,
   * in milliseconds: -1 as long as it takes, 0 not at all. @default -1 (0 for SUB and XSUB)
   */
  linger: number
  /** The wait before reconnecting, in milliseconds; 0 or -1 never reconnects. @default 100 */
  reconnectInterval: number
  /** How many connections the system may keep waiting until they are accepted. @default 100 */
  backlog: number
  /**
   * `bind()` of `tcp://` and `ipc://` listens on this descriptor of a socket that was bound by
   * another process, such as systemd (socket activation), and closes it; -1: on one of its own.
   * @default -1
   */
  useFileDescriptor: number
  /** Above `reconnectInterval`: waits double up to this, in milliseconds, with jitter. @default 0 */
  reconnectMaxInterval: number
  /** The largest frame accepted, in bytes; a larger one ends the connection. -1: 2 GiB. @default -1 */
  maxMessageSize: number
  /** TCP keep-alive: 1 on, 0 off, -1 as the system has it. @default -1 */
  tcpKeepalive: number
  /** Accepted for compatibility, without effect. @default -1 */
  tcpKeepaliveCount: number
  /** Seconds of silence before TCP keep-alive begins; -1 as the system has it. @default -1 */
  tcpKeepaliveIdle: number
  /** Accepted for compatibility, without effect. @default -1 */
  tcpKeepaliveInterval: number
  /**
   * Only peers from this address, or `address/prefix`, are accepted over TCP, and from those that
   * were set before; null forgets them and accepts all. @default null
   */
  tcpAcceptFilter: string | null
  /** Queue only for peers that are connected, not for those being connected to. @default false */
  immediate: boolean
  /** Whether hosts may be IPv6 addresses, beside IPv4, and `*` listens on both. @default false */
  ipv6: boolean
  /** Keys and certificates for `wss://`; a listener needs `key` and `cert`. @default null */
  tls: TlsOptions | null
  /**
   * Web pages of only these origins, such as `https://example.com`, may connect over `ws://` and
   * `wss://`; null admits all. Programs that are no browsers name no origin, and are admitted. @default null
   */
  allowedOrigins: readonly string[] | null
  /**
   * What this socket tells its peers of itself in the handshake: texts by names that begin with `X-`,
   * such as `{ 'X-Version': '7' }` (libzmq's ZMQ_METADATA; RFC 37). Peers of zerowire see them as
   * `peer.metadata`. @default null
   */
  metadata: Readonly<Record<string, string>> | null
  /**
   * When not to connect again, as a sum: 1 when the connection is refused, 2 when the handshake
   * fails, 4 after `disconnect()` even while messages are queued (libzmq's ZMQ_RECONNECT_STOP).
   * What is queued for the endpoint is then dropped, and counted. @default 0
   */
  reconnectStop: number
  /**
   * Who connects has to say a user name and a password (PLAIN, RFC 24), which `authenticate` or a ZAP
   * handler judges; without either nobody comes in. Both travel in clear: over `wss://`, or where nobody
   * listens. Of the options `plain…` and `curve…` the last one set says which mechanism the socket has,
   * and both ends must have the same: others are refused. @default false
   */
  plainServer: boolean
  /** Who we are, under PLAIN; 1 to 255 bytes, sent in clear. Null: no mechanism. @default null */
  plainUsername: string | null
  /** The password that goes with `plainUsername`; 1 to 255 bytes, sent in clear. Null: no mechanism. @default null */
  plainPassword: string | null
  /**
   * Who connects has to know our public key, and has to have one of its own (CURVE, RFC 26): everything
   * is then encrypted. Wants `curveSecretKey`. Whose keys are welcome says `authenticate` or a ZAP
   * handler; without either all are. @default false
   */
  curveServer: boolean
  /**
   * Our public key: 40 characters of Z85 (RFC 32) or 32 bytes, read as Z85; see `curveKeyPair()`.
   * Setting a key makes CURVE the mechanism of the socket; it cannot be taken back by null (`EINVAL`),
   * so that a missing key is no lack of security. @default null
   */
  curvePublicKey: string | null
  /** Our secret key, as `curvePublicKey`. Neither sent nor told in errors. @default null */
  curveSecretKey: string | null
  /** The public key of the listener that we connect to: nobody else can pose as it. @default null */
  curveServerKey: string | null
  /**
   * What this socket calls itself to whom it asks about its peers: up to 255 bytes. With it even peers
   * without any mechanism (NULL) are a matter for `authenticate` or a ZAP handler, whichever side
   * connected. @default null
   */
  zapDomain: string | null
  /**
   * Without a `zapDomain` no ZAP handler is asked, and without a handler nobody comes in; only CURVE
   * without a domain does without both. @default false
   */
  zapEnforceDomain: boolean
  /**
   * Judges who may come in: it is told what is known of a peer before any message flows, and answers
   * with true, a user id, or `{ userId, metadata }`, which are then `peer.userId` and `peer.metadata` of
   * events, and of messages by `peerOf(message)` of `zerowire/extra`; with false, null or nothing it turns the peer
   * away for good (400). It may take its time, up to `handshakeInterval`. One that throws, or answers
   * otherwise, turns the peer away with an internal error (500), which is an event of this socket, the
   * first time also a warning of the process, and tells the peer no more than that.
   *
   * It judges users under PLAIN, keys under CURVE, and addresses under NULL, on the side that is the
   * server; under NULL on both. It comes before ZAP: with it no handler is asked (RFC 27). Over
   * `inproc://` nobody is asked, nor is anybody with Stream or over `udp://`.
   *
   * ```ts
   * import { sameSecret } from 'zerowire/extra'
   * server.plainServer = true
   * server.authenticate = ({ username = '', password }) =>
   *   sameSecret(password, passwords.get(username)) && username
   *
   * server.authenticate = async ({ publicKey }) => (await database.userOf(publicKey)) ?? false
   * server.authenticate = ({ address }) => address.startsWith('10.')
   * ```
   * @default null
   */
  authenticate: Authenticate | null
  /** Accepted for compatibility, without effect. @default 0 */
  typeOfService: number
  /** How long a handshake may take, in milliseconds; 0 for ever. @default 30000 */
  handshakeInterval: number
  /** Connections of `tcp://` go through the SOCKS 5 proxy at this `host:port`, which looks up names. @default null */
  socksProxy: string | null
  /** Who we are to the SOCKS 5 proxy, if it asks; up to 255 bytes. @default null */
  socksUsername: string | null
  /** The password that goes with `socksUsername`; up to 255 bytes, sent in clear. @default null */
  socksPassword: string | null
  /** Send a PING this often, in milliseconds; 0 never (RFC 37; older peers get none). @default 0 */
  heartbeatInterval: number
  /** Ask the peer to give us up after so many milliseconds of silence, in steps of 100. @default 0 */
  heartbeatTimeToLive: number
  /** Milliseconds within which a PING wants a sign of life; -1: `heartbeatInterval`. @default -1 */
  heartbeatTimeout: number
  /** How long an attempt to connect may take, in milliseconds; 0 as the system has it. @default 0 */
  connectTimeout: number
  /** Accepted for compatibility, without effect. @default 0 */
  tcpMaxRetransmitTimeout: number
  /** Accepted for compatibility (multicast), without effect. @default 1500 */
  multicastMaxTransportDataUnit: number
  /** The network interface that connections start from and `*` listens on; null for any. @default null */
  interface: string | null
  /** Accepted for compatibility (Windows), without effect. @default false */
  loopbackFastPath: boolean
  /**
   * How many `send()` calls, and how many `receive()` calls, may wait at a time, in order. With 1, as
   * in the reference, a second one throws `EBUSY`. @default 1
   */
  maxPendingOperations: number
  /** Accepted connections that may be in their handshake at a time; one more ends the oldest. @default 4096 */
  maxPendingHandshakes: number
  /**
   * The oldest version of ZMTP that a peer over `tcp://` or `ipc://` may speak: 3, 2 (ZMTP 2.0, RFC 15) or 1
   * (also ZMTP 1.0, RFC 13). Older peers are refused, which is a `handshake:error:protocol`. With 1, bytes
   * that are no ZMTP at all may pass for it. Has no effect, as if it were 3, while an option asks for
   * authentication or encryption, of which older versions have none. @default 3
   */
  minimumZmtpVersion: number
  /** For sockets of VMware, which there are none of here: refused with `EINVAL`. */
  vmciBufferSize: number
  /** As `vmciBufferSize`. */
  vmciBufferMinSize: number
  /** As `vmciBufferSize`. */
  vmciBufferMaxSize: number
  /** As `vmciBufferSize`. */
  vmciConnectTimeout: number
  /** Not there, as in the reference unless it is built with GSSAPI: setting it is a TypeError. */
  gssapiPrincipal: string | null
  /** Not there, as in the reference unless it is built with GSSAPI: setting it is a TypeError. */
  gssapiPlainText: boolean
  /** Not there, as in the reference unless it is built with GSSAPI: setting it is a TypeError. */
  gssapiServicePrincipalNameType: 'hostBased' | 'userName' | 'krb5Principal'
}
