/** Lengths at which something begins, ends or overflows. */
export const LENGTHS: readonly bigint[] = [
  ...[0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 125, 126, 127, 128, 191, 192, 253, 254, 255],
  ...[256, 257, 8191, 8192, 8193, 16_383, 16_384, 65_507, 65_508, 65_535, 65_536, 65_537],
  ...[2 ** 15, 2 ** 20, 2 ** 20 + 1, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
  ...[2 ** 53 - 1, 2 ** 53],
]
  .map(BigInt)
  .concat([2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 2n, 2n ** 64n - 1n])

export const BYTES: readonly number[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0a, 0x0d, 0x20, 0x2f, 0x3a, 0x7e, 0x7f],
  ...[0x80, 0x81, 0x82, 0x83, 0x88, 0x89, 0x8a, 0xc2, 0xfe, 0xff],
]

const NAMES = [
  ...['READY', 'ERROR', 'HELLO', 'WELCOME', 'INITIATE', 'MESSAGE', 'SUBSCRIBE', 'CANCEL'],
  ...['PING', 'PONG', 'JOIN', 'LEAVE', 'NULL', 'PLAIN', 'CURVE', 'Socket-Type', 'Identity'],
  ...['Resource', 'X-Version', 'SOCKET-TYPE', '__proto__', 'constructor', 'x-__proto__'],
  ...['PAIR', 'PUB', 'SUB', 'REQ', 'REP', 'DEALER', 'ROUTER', 'PULL', 'PUSH', 'XPUB', 'XSUB'],
  ...['STREAM', 'SERVER', 'CLIENT', 'RADIO', 'DISH', 'GATHER', 'SCATTER', 'PEER', 'CHANNEL'],
  ...['healthy', '300', '400', '500'],
  ...['HTTP/1.1 101 Switching Protocols\r\n', 'GET / HTTP/1.1\r\n', '\r\n', '\r\n\r\n', '\n'],
  ...['Upgrade: websocket\r\n', 'Connection: Upgrade\r\n', 'Sec-WebSocket-Version: 13\r\n'],
  ...['Sec-WebSocket-Protocol: ZWS2.0/NULL\r\n', 'ZWS2.0', 'zmtp-stream', ',', ', ', ';', ':'],
  ...['Transfer-Encoding: chunked\r\n', 'Content-Length: 5\r\n', 'Expect: 100-continue\r\n'],
  ...['tcp://', 'ipc://', 'inproc://', 'udp://', 'ws://', 'wss://', '127.0.0.1', '[::1]', '*'],
  ...['localhost', '65535', '65536', '00000', '239.0.0.1', '[', ']', '@', '/', '%', '..', '\0'],
]

/** What protocols are made of. */
export const TOKENS: readonly Uint8Array[] = [
  ...NAMES.map((name) => Buffer.from(name, 'latin1')),
  ...NAMES.slice(0, 18).map((name) => Buffer.from(`${String.fromCharCode(name.length)}${name}`)),
  ...[1, 2, 4, 8, 16, 32, 64, 255, 256].map((size) => Buffer.alloc(size)),
  ...[4, 32, 255, 256].map((size) => Buffer.alloc(size, 0xff)),
  Buffer.from('ff00000000000000017f', 'hex'),
  Buffer.from('ff00000000000000017f0301', 'hex'),
  Buffer.from('ff00000000000000017f0100', 'hex'),
  Buffer.from('ff00000000000000017f0005', 'hex'),
  Buffer.from('é中\u{1f600}'),
  Buffer.from('c328a0a1e28ff0289fbf', 'hex'),
]
