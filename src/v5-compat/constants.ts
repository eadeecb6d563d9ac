/*
 * The constants of zeromq 5 with libzmq's numbers. Options are explained where the classes of the
 * main entry have them as properties.
 */

// --- options: for setsockopt() and getsockopt()

/** `affinity`. */
export const ZMQ_AFFINITY = 4
/** `routingId`. */
export const ZMQ_IDENTITY = 5
/** Set only: subscribes to a topic. */
export const ZMQ_SUBSCRIBE = 6
/** Set only: undoes `ZMQ_SUBSCRIBE`. */
export const ZMQ_UNSUBSCRIBE = 7
/** `rate`. */
export const ZMQ_RATE = 8
/** `recoveryInterval`. */
export const ZMQ_RECOVERY_IVL = 9
/** Another name of `ZMQ_RECOVERY_IVL`. */
export const ZMQ_RECOVERY_IVL_MSEC = 9
/** `sendBufferSize`. */
export const ZMQ_SNDBUF = 11
/** `receiveBufferSize`. */
export const ZMQ_RCVBUF = 12
/** Refused: a message comes with all its parts. */
export const ZMQ_RCVMORE = 13
/** Refused: there is no descriptor to poll. */
export const ZMQ_FD = 14
/** Read only: `ZMQ_POLLIN` and `ZMQ_POLLOUT` as they hold. */
export const ZMQ_EVENTS = 15
/** Read only: `type`, one of the socket types below. */
export const ZMQ_TYPE = 16
/** `linger`. */
export const ZMQ_LINGER = 17
/** `reconnectInterval`. */
export const ZMQ_RECONNECT_IVL = 18
/** `backlog`. */
export const ZMQ_BACKLOG = 19
/** `reconnectMaxInterval`. */
export const ZMQ_RECONNECT_IVL_MAX = 21
/** `maxMessageSize`. */
export const ZMQ_MAXMSGSIZE = 22
/** `sendHighWaterMark`. */
export const ZMQ_SNDHWM = 23
/** `receiveHighWaterMark`. */
export const ZMQ_RCVHWM = 24
/** `multicastHops`. */
export const ZMQ_MULTICAST_HOPS = 25
/** `receiveTimeout`. */
export const ZMQ_RCVTIMEO = 27
/** `sendTimeout`. */
export const ZMQ_SNDTIMEO = 28
/** The opposite of `ipv6`. */
export const ZMQ_IPV4ONLY = 31
/** Read only: `lastEndpoint`. */
export const ZMQ_LAST_ENDPOINT = 32
/** `mandatory`, as 0 or 1. */
export const ZMQ_ROUTER_MANDATORY = 33
/** `tcpKeepalive`. */
export const ZMQ_TCP_KEEPALIVE = 34
/** `tcpKeepaliveCount`. */
export const ZMQ_TCP_KEEPALIVE_CNT = 35
/** `tcpKeepaliveIdle`. */
export const ZMQ_TCP_KEEPALIVE_IDLE = 36
/** `tcpKeepaliveInterval`. */
export const ZMQ_TCP_KEEPALIVE_INTVL = 37
/** Set only: `tcpAcceptFilter`. */
export const ZMQ_TCP_ACCEPT_FILTER = 38
/** `immediate`, as 0 or 1. */
export const ZMQ_DELAY_ATTACH_ON_CONNECT = 39
/** Set only: `verbosity`, as `allSubs` or null. */
export const ZMQ_XPUB_VERBOSE = 40
/** Refused: use a socket of type `stream`. */
export const ZMQ_ROUTER_RAW = 41
/** `ipv6`, as 0 or 1. */
export const ZMQ_IPV6 = 42
/** Read only: `securityMechanism` as 0 for none, 1 PLAIN, 2 CURVE, 3 GSSAPI. */
export const ZMQ_MECHANISM = 43
/** `plainServer`, as 0 or 1. */
export const ZMQ_PLAIN_SERVER = 44
/** `plainUsername`. */
export const ZMQ_PLAIN_USERNAME = 45
/** `plainPassword`. */
export const ZMQ_PLAIN_PASSWORD = 46
/** `curveServer`, as 0 or 1. */
export const ZMQ_CURVE_SERVER = 47
/** `curvePublicKey`. */
export const ZMQ_CURVE_PUBLICKEY = 48
/** `curveSecretKey`. */
export const ZMQ_CURVE_SECRETKEY = 49
/** `curveServerKey`. */
export const ZMQ_CURVE_SERVERKEY = 50
/** `zapDomain`. */
export const ZMQ_ZAP_DOMAIN = 55
/** Set only: `handover`. */
export const ZMQ_ROUTER_HANDOVER = 56
/** `heartbeatInterval`. */
export const ZMQ_HEARTBEAT_IVL = 75
/** `heartbeatTimeToLive`. */
export const ZMQ_HEARTBEAT_TTL = 76
/** `heartbeatTimeout`. */
export const ZMQ_HEARTBEAT_TIMEOUT = 77
/** `connectTimeout`. */
export const ZMQ_CONNECT_TIMEOUT = 79

// --- of the context: Context.setMaxThreads() and Context.setMaxSockets()

/** `Context.setMaxThreads()`. */
export const ZMQ_IO_THREADS = 1
/** `Context.setMaxSockets()`. */
export const ZMQ_MAX_SOCKETS = 2

// --- socket types

/** The type of a PAIR socket. */
export const ZMQ_PAIR = 0
/** The type of a PUB socket. */
export const ZMQ_PUB = 1
/** The type of a SUB socket. */
export const ZMQ_SUB = 2
/** The type of a REQ socket. */
export const ZMQ_REQ = 3
/** The type of a REP socket. */
export const ZMQ_REP = 4
/** The type of a DEALER socket. */
export const ZMQ_DEALER = 5
/** The old name of DEALER. */
export const ZMQ_XREQ = 5
/** The type of a ROUTER socket. */
export const ZMQ_ROUTER = 6
/** The old name of ROUTER. */
export const ZMQ_XREP = 6
/** The type of a PULL socket. */
export const ZMQ_PULL = 7
/** The type of a PUSH socket. */
export const ZMQ_PUSH = 8
/** The type of a XPUB socket. */
export const ZMQ_XPUB = 9
/** The type of a XSUB socket. */
export const ZMQ_XSUB = 10
/** The type of a STREAM socket. */
export const ZMQ_STREAM = 11

// --- what ZMQ_EVENTS tells

/** A message can be received. */
export const ZMQ_POLLIN = 1
/** A message can be sent. */
export const ZMQ_POLLOUT = 2
/** Never told. */
export const ZMQ_POLLERR = 4

// --- flags of send()

/** More parts of this message follow in the next call. */
export const ZMQ_SNDMORE = 2

// --- what zeromq 5 told about itself

/** 1: there is `monitor()`. */
export const ZMQ_CAN_MONITOR = 1
/** 1: there is `disconnect()`. */
export const ZMQ_CAN_DISCONNECT = 1
/** 1: there is `unbind()`. */
export const ZMQ_CAN_UNBIND = 1
/** 1: there are `Context.setMaxThreads()` and `Context.setMaxSockets()`. */
export const ZMQ_CAN_SET_CTX = 1

// --- states of a socket, which nothing here reports

/** Open. */
export const STATE_READY = 0
/** Busy with a bind. */
export const STATE_BUSY = 1
/** Closed; `socket.closed` tells it. */
export const STATE_CLOSED = 2
