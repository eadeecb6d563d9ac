import {
  KEY,
  upgradeRequest,
  upgradeResponse,
  zwsMessage,
  type Headers,
} from '../support/web-handshake.js'

/** A request that gets no upgrade. */
export interface BadRequest {
  readonly title: string
  readonly bytes: Buffer
  /** The first line of the answer; undefined where the connection just ends. */
  readonly answer?: string
  readonly code?: string
}

const BAD = 'HTTP/1.1 400 Bad Request'
const UPGRADE_REQUIRED = 'HTTP/1.1 426 Upgrade Required'
const text = (latin1: string): Buffer => Buffer.from(latin1, 'latin1')

const withHeaders = (title: string, headers: Headers): BadRequest => ({
  title,
  bytes: upgradeRequest({ headers }),
  answer: BAD,
})

/** A request to upgrade whose own headers come behind, or before, many others. */
function amongMany(count: number, where: 'first' | 'last'): Buffer {
  const [line = '', ...own] = upgradeRequest().toString('latin1').trimEnd().split('\r\n')
  const many = new Array<string>(count).fill('name: value')
  const headers = where === 'first' ? [...own, ...many] : [...many, ...own]
  return text(`${[line, ...headers].join('\r\n')}\r\n\r\n`)
}

/** What a browser that does not know where it is would get, too. */
export const plainRequests: readonly BadRequest[] = [
  { title: 'GET', bytes: text('GET / HTTP/1.1\r\nHost: x\r\n\r\n') },
  { title: 'GET of HTTP/1.0', bytes: text('GET / HTTP/1.0\r\n\r\n') },
  { title: 'POST', bytes: text('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello') },
  {
    title: 'POST without end',
    bytes: text('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  },
  {
    title: 'an upgrade without Connection',
    bytes: upgradeRequest({ headers: { Connection: undefined } }),
  },
  {
    title: 'Connection: close',
    bytes: upgradeRequest({ headers: { Connection: 'close' } }),
  },
].map((request) => ({ ...request, answer: UPGRADE_REQUIRED }))

export const badRequests: readonly BadRequest[] = [
  ...plainRequests,
  {
    title: 'an unknown path',
    bytes: upgradeRequest({ path: '/x' }),
    answer: 'HTTP/1.1 404 Not Found',
  },
  {
    title: 'a path that climbs',
    bytes: upgradeRequest({ path: '/../../etc/passwd' }),
    answer: 'HTTP/1.1 404 Not Found',
  },
  { title: 'POST with an upgrade', bytes: upgradeRequest({ method: 'POST' }), answer: BAD },
  withHeaders('another upgrade', { Upgrade: 'h2c' }),
  withHeaders('no key', { 'Sec-WebSocket-Key': undefined }),
  withHeaders('a short key', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }),
  withHeaders('a long key', { 'Sec-WebSocket-Key': 'x'.repeat(1000) }),
  withHeaders('no subprotocol', { 'Sec-WebSocket-Protocol': undefined }),
  withHeaders('another subprotocol', { 'Sec-WebSocket-Protocol': 'mqtt, ZWS1.0, zws2.0' }),
  withHeaders('a mechanism that is not there', { 'Sec-WebSocket-Protocol': 'ZWS2.0/CURVE' }),
  withHeaders('a subprotocol of many spaces (CVE-2021-32640)', {
    'Sec-WebSocket-Protocol': `b${' '.repeat(15_000)}x`,
  }),
  withHeaders('an extension that is quoted without end (CVE-2020-7662)', {
    'Sec-WebSocket-Extensions': `a; b="${'\\x'.repeat(7000)}`,
    'Sec-WebSocket-Protocol': 'mqtt',
  }),
  withHeaders('many subprotocols', { 'Sec-WebSocket-Protocol': 'a,'.repeat(7000) }),
  {
    title: 'no version',
    bytes: upgradeRequest({ headers: { 'Sec-WebSocket-Version': undefined } }),
    answer: UPGRADE_REQUIRED,
  },
  {
    title: 'another version',
    bytes: upgradeRequest({ headers: { 'Sec-WebSocket-Version': '8' } }),
    answer: UPGRADE_REQUIRED,
  },
  {
    title: '1,000 headers before its own (CVE-2024-37890)',
    bytes: amongMany(1000, 'last'),
    answer: BAD,
  },
  {
    title: '5,000 headers behind its own (CVE-2024-37890)',
    bytes: amongMany(5000, 'first'),
    answer: BAD,
  },
  withHeaders('a header of 1 MiB (libzmq 334e837b)', { Cookie: 'x'.repeat(1_048_576) }),
  {
    title: 'a path of 1 MiB',
    bytes: upgradeRequest({ path: `/${'x'.repeat(1_048_576)}` }),
    answer: BAD,
  },
  { title: 'a first line without end', bytes: Buffer.alloc(1_048_576, 'GET '), answer: BAD },
  { title: 'no HTTP', bytes: text('asdf\r\n\r\n'), answer: BAD },
  { title: 'HTTP/2', bytes: text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), answer: BAD },
  {
    title: 'ZMTP',
    bytes: text(`\xff${'\0'.repeat(8)}\x7f\x03\x01NULL${'\0'.repeat(48)}`),
    answer: BAD,
  },
  {
    title: 'TLS',
    bytes: text('\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03'.padEnd(253, 'Z')),
    answer: BAD,
  },
  {
    title: 'a frame before the request (libzmq 16684328)',
    bytes: zwsMessage('early', KEY),
    answer: BAD,
  },
  {
    title: 'two lengths',
    bytes: text(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    ),
    answer: BAD,
  },
  { title: 'CONNECT', bytes: text('CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n'), code: 'EPIPE' },
]

/** Strange requests that are granted all the same. */
export const oddRequests: readonly { title: string; bytes: Buffer }[] = [
  {
    title: 'Connection: keep-alive, Upgrade, as Firefox has it (libzmq 15408f56, jszmq#18)',
    bytes: upgradeRequest({ headers: { Connection: 'keep-alive, Upgrade' } }),
  },
  { title: 'other letters', bytes: upgradeRequest({ headers: { Upgrade: 'WebSocket' } }) },
  { title: 'a query', bytes: upgradeRequest({ path: '/?token=x' }) },
  {
    title: 'subprotocols among others, with spaces',
    bytes: upgradeRequest({ headers: { 'Sec-WebSocket-Protocol': 'mqtt ,  ZWS2.0/NULL , x' } }),
  },
  {
    title: 'extensions that are names of properties (GHSA-5v72-xg48-5rpm, NSP-550)',
    bytes: upgradeRequest({
      headers: {
        'Sec-WebSocket-Extensions': 'constructor, __proto__; toString, permessage-deflate',
      },
    }),
  },
  {
    title: 'headers that are names of properties (GHSA-5v72-xg48-5rpm)',
    bytes: upgradeRequest({ headers: { constructor: 'x', ['__proto__']: 'x', toString: 'x' } }),
  },
  {
    title: 'extensions that are quoted without end (CVE-2020-7662)',
    bytes: upgradeRequest({
      headers: { 'Sec-WebSocket-Extensions': `a; b="${'\\x'.repeat(7000)}` },
    }),
  },
  {
    title: 'its subprotocol twice (libzmq b02bdd56)',
    bytes: upgradeRequest({ headers: { 'SEC-WEBSOCKET-PROTOCOL': 'ZWS2.0/NULL' } }),
  },
  { title: '90 headers behind its own (CVE-2024-37890)', bytes: amongMany(90, 'first') },
  { title: 'an origin', bytes: upgradeRequest({ headers: { Origin: 'https://example.com' } }) },
]

// --- at the other side: what a server says where 101 is expected

export interface BadAnswer {
  readonly title: string
  /** What follows the request. */
  readonly bytes: (request: Buffer) => Buffer
  readonly code: string
}

const PROTOCOL = 'EPROTO'

export const badAnswers: readonly BadAnswer[] = [
  ...[
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\n\r\nand a page without end',
    'HTTP/1.1 301 Moved Permanently\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.0 200 OK\r\n\r\n',
    'asdf\r\n\r\n',
    `\xff${'\0'.repeat(8)}\x7f`,
  ].map((answer) => ({
    title: JSON.stringify(answer.slice(0, 30)),
    bytes: () => text(answer),
    code: PROTOCOL,
  })),
  ...[
    { title: '101 without accepting the key', headers: { 'Sec-WebSocket-Accept': undefined } },
    {
      title: '101 for another key',
      headers: { 'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' },
    },
    { title: '101 without a subprotocol', headers: { 'Sec-WebSocket-Protocol': undefined } },
    { title: '101 with another subprotocol', headers: { 'Sec-WebSocket-Protocol': 'mqtt' } },
    {
      title: '101 with several subprotocols (libzmq b02bdd56)',
      headers: { 'Sec-WebSocket-Protocol': 'ZWS2.0/NULL, ZWS2.0' },
    },
    {
      title: '101 with an extension',
      headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    },
  ].map(({ title, headers }) => ({
    title,
    bytes: (request: Buffer) => upgradeResponse(request, headers),
    code: PROTOCOL,
  })),
  {
    title: 'a frame before the 101 (libzmq 16684328)',
    bytes: (request) => Buffer.concat([zwsMessage('early'), upgradeResponse(request)]),
    code: PROTOCOL,
  },
  {
    title: 'a header of 1 MiB',
    bytes: (request) => upgradeResponse(request, { Cookie: 'x'.repeat(1_048_576) }),
    code: PROTOCOL,
  },
]
