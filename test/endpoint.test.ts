import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatHostPort,
  parseBindAddress,
  parseEndpoint,
  parseRoute,
  parseWebBind,
  parseWebRoute,
} from '../src/endpoint.js'
import { holds } from './support/property.js'

const EINVAL = expect.objectContaining({ name: 'ZmqError', code: 'EINVAL' }) as Error

describe('an endpoint', () => {
  it.each([
    { text: 'tcp://127.0.0.1:5555', scheme: 'tcp', address: '127.0.0.1:5555' },
    { text: 'ipc:///tmp/socket', scheme: 'ipc', address: '/tmp/socket' },
    { text: 'ipc://@abstract', scheme: 'ipc', address: '@abstract' },
    { text: 'inproc://name', scheme: 'inproc', address: 'name' },
    { text: 'inproc://a://b', scheme: 'inproc', address: 'a://b' },
    { text: 'inproc:// ', scheme: 'inproc', address: ' ' },
    { text: 'whatever://x', scheme: 'whatever', address: 'x' },
  ])('$text', ({ text, scheme, address }) => {
    expect(parseEndpoint(text)).toEqual({ scheme, address, text })
  })

  it.each([
    '',
    'tcp',
    'tcp:',
    'tcp:/',
    'tcp:/127.0.0.1:5555',
    'tcp://',
    '://',
    '://127.0.0.1:5555',
    '127.0.0.1:5555',
    `inproc://${'x'.repeat(1016)}`,
  ])('is not %j', (text) => {
    expect(() => parseEndpoint(text)).toThrow(EINVAL)
  })

  it('names itself in its errors, and what was expected', () => {
    expect(() => parseEndpoint('tcp:5555')).toThrow(
      expect.objectContaining({
        address: 'tcp:5555',
        reason: expect.stringContaining('scheme://') as string,
      }) as Error,
    )
  })
})

/** Addresses that listeners and connectors take alike. */
const hosts = [
  { address: '127.0.0.1:5555', host: '127.0.0.1', port: 5555 },
  { address: 'localhost:1', host: 'localhost', port: 1 },
  { address: 'my-host.example:65535', host: 'my-host.example', port: 65_535 },
  { address: '[::1]:5555', host: '::1', port: 5555 },
  { address: '[::]:5555', host: '::', port: 5555 },
  { address: '[fe80::1%eth0]:5555', host: 'fe80::1%eth0', port: 5555 },
  { address: 'host:00080', host: 'host', port: 80 },
]

/** Addresses that nobody takes. */
const malformed = [
  '',
  'host',
  ':5555',
  'host:',
  'host:port',
  'host:65536',
  'host:-1',
  'host:+1',
  'host:1.5',
  'host:1e3',
  'host:0x10',
  'host: 80',
  'host:80 ',
  'host:100000',
  'host:٣',
  '::1:5555',
  '[::1]',
  '[::1:5555',
  '::1]:5555',
  '[]:5555',
  'a b:80',
  'host/path:80',
  'host:80/path',
]

describe('an address to bind to', () => {
  const parse = (address: string): unknown => parseBindAddress(parseEndpoint(`tcp://${address}`))

  it.each([
    ...hosts,
    { address: '*:5555', host: '*', port: 5555 },
    { address: '*:*', host: '*', port: 0 },
    { address: '127.0.0.1:*', host: '127.0.0.1', port: 0 },
    { address: '127.0.0.1:0', host: '127.0.0.1', port: 0 },
    { address: 'eth0:*', host: 'eth0', port: 0 },
    { address: '[::1]:*', host: '::1', port: 0 },
  ])('$address', ({ address, host, port }) => {
    expect(parse(address)).toEqual({ host, port })
  })

  it.each([...malformed.slice(1), '127.0.0.1:1;127.0.0.1:2', '127.0.0.1:**', '*'])(
    'is not %j',
    (address) => {
      expect(() => parse(address)).toThrow(EINVAL)
    },
  )
})

describe('an address to connect to', () => {
  const parse = (address: string): unknown => parseRoute(parseEndpoint(`tcp://${address}`))

  it.each([
    ...hosts.map(({ address, host, port }) => ({ address, route: { host, port } })),
    ...hosts.map(({ address, host, port }) => ({
      address: `10.0.0.1:*;${address}`,
      route: { host, port, source: { host: '10.0.0.1', port: 0 } },
    })),
    {
      address: '[::1]:7;[::2]:8',
      route: { host: '::2', port: 8, source: { host: '::1', port: 7 } },
    },
    {
      address: '*:0;host:8',
      route: { host: 'host', port: 8, source: { host: '*', port: 0 } },
    },
  ])('$address', ({ address, route }) => {
    expect(parse(address)).toEqual(route)
  })

  it.each([
    ...malformed.slice(1),
    ...malformed.map((address) => `10.0.0.1:0;${address}`),
    ...malformed.map((address) => `${address};10.0.0.1:80`),
    'host:0',
    'host:*',
    '*:80',
    '*:*',
    'a:1;b:2;c:3',
  ])('is not %j', (address) => {
    expect(() => parse(address)).toThrow(EINVAL)
  })
})

/** Where the path is what it is. */
const pathless = [
  'a b:80/path',
  'host:65536/path',
  'host:port/path',
  '[::1/path',
  '::1/path',
  'host:80/pa th',
  'host:80/päth',
  'host:80/path#fragment',
  'host:80/\r\nX: y',
  'host:80/\0',
]

describe('a WebSocket to wait for', () => {
  const parse = (address: string, elsewhere?: boolean): unknown =>
    parseWebBind(parseEndpoint(`ws://${address}`), elsewhere)

  it.each([
    { address: '127.0.0.1:80', host: '127.0.0.1', port: 80, path: '/' },
    { address: '127.0.0.1:80/', host: '127.0.0.1', port: 80, path: '/' },
    { address: '*:*/a/b', host: '*', port: 0, path: '/a/b' },
    { address: 'eth0:0/%20', host: 'eth0', port: 0, path: '/%20' },
    { address: '[::1]:80/a:b', host: '::1', port: 80, path: '/a:b' },
    { address: 'host:80//', host: 'host', port: 80, path: '//' },
  ])('$address', ({ address, ...expected }) => {
    expect(parse(address)).toEqual(expected)
  })

  it.each([...pathless, 'host/path', ':80/path', '/path', 'host:80/path?query', 'host:80/?'])(
    'is not %j',
    (address) => {
      expect(() => parse(address)).toThrow(EINVAL)
    },
  )

  it('on a server of somebody else only the path matters', () => {
    for (const authority of ['*:*', 'host', 'whatever it says', '']) {
      expect(parse(`${authority}/path`, true)).toEqual({ host: '*', port: 0, path: '/path' })
    }
    expect(() => parse('*:*/pa th', true)).toThrow(EINVAL)
  })
})

describe('a WebSocket to connect to', () => {
  const parse = (text: string): unknown => parseWebRoute(parseEndpoint(text))

  it.each([
    { text: 'ws://host', host: 'host', port: 80, path: '/' },
    { text: 'ws://host/path', host: 'host', port: 80, path: '/path' },
    { text: 'wss://host', host: 'host', port: 443, path: '/' },
    { text: 'wss://[::1]/path', host: '::1', port: 443, path: '/path' },
    { text: 'ws://[::1]:8080', host: '::1', port: 8080, path: '/' },
    { text: 'ws://host:8080/a/b?c=d&e=%20', host: 'host', port: 8080, path: '/a/b?c=d&e=%20' },
  ])('$text', ({ text, ...expected }) => {
    expect(parse(text)).toEqual(expected)
  })

  it.each([...pathless, 'host:0/path', 'host:*/path', '*:80/path', '*/path', ':80', '/path'])(
    'is not %j',
    (address) => {
      expect(() => parse(`ws://${address}`)).toThrow(EINVAL)
    },
  )
})

it('whatever the text, it is parsed or refused with EINVAL', () => {
  const text = fc.string({
    unit: fc.constantFrom(...Array.from('tcp:/[]*;.%10 ~é')),
    maxLength: 24,
  })
  for (const prefix of ['', 'tcp://', 'tcp://127.0.0.1:', 'ws://127.0.0.1']) {
    holds(
      fc.property(text, (rest) => {
        for (const parse of [parseBindAddress, parseRoute, parseWebBind, parseWebRoute]) {
          try {
            const { host, port } = parse(parseEndpoint(prefix + rest))
            expect(host).not.toBe('')
            expect(port).toBeGreaterThanOrEqual(0)
            expect(port).toBeLessThanOrEqual(65_535)
          } catch (error) {
            expect(error).toEqual(EINVAL)
          }
        }
      }),
      500,
    )
  }
})

it.each([
  ['127.0.0.1', 'tcp://127.0.0.1:80'],
  ['localhost', 'tcp://localhost:80'],
  ['::1', 'tcp://[::1]:80'],
])('%s is written so that it can be parsed again', (host, text) => {
  expect(formatHostPort('tcp', host, 80)).toBe(text)
  expect(parseRoute(parseEndpoint(text))).toEqual({ host, port: 80 })
})
