import { addOptions, any, flag, immediate, INT_MAX, INT_MIN, integer, text } from '../options.js'

/*
 * Options that mean something where a program opens ports, or that are there because the reference
 * has them. Others have no use for them.
 */
addOptions(
  {
    affinity: integer(4, 0, 0, { max: 2 ** 64 }),
    rate: integer(8, 100, 1),
    recoveryInterval: integer(9, 10_000, 0),
    backlog: integer(19, 100, 0),
    tcpKeepalive: integer(34, -1, -1, { max: 1 }),
    tcpKeepaliveCount: integer(35, -1, -1),
    tcpKeepaliveIdle: integer(36, -1, -1),
    tcpKeepaliveInterval: integer(37, -1, -1),
    tcpAcceptFilter: text(38),
    typeOfService: integer(57, 0, 0),
    socksProxy: text(68, { max: INT_MAX }),
    useFileDescriptor: integer(89, -1, -1),
    socksUsername: text(99, { min: 0, max: 255 }),
    socksPassword: text(100, { min: 0, max: 255, secret: true }),
    tcpMaxRetransmitTimeout: integer(80, 0, 0),
    multicastMaxTransportDataUnit: integer(84, 1500, 1),
    interface: text(92, { max: 16 }),
    loopbackFastPath: flag(94, any),
    maxPendingHandshakes: integer(undefined, 4096, 1, immediate),
    minimumZmtpVersion: integer(undefined, 3, 1, { max: 3 }),
    tls: { kind: 'record', initial: null },
    allowedOrigins: { kind: 'strings', initial: null, immediate: true },
  },
  {
    notify: { ...flag(73, { on: 'STREAM' }), initial: true },
    multicastLoop: { ...flag(96, any), initial: true },
    inBatchSize: integer(101, 8192, 1),
    outBatchSize: integer(102, 8192, 1),
    priority: integer(112, 0, 0),
    busyPoll: integer(113, 0, INT_MIN),
  },
)
