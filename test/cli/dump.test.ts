import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { Cli, scratch } from '../support/cli.js'
import { track } from '../support/track.js'

const greeting = (mechanism = 'NULL', asServer = 0): Buffer => {
  const bytes = Buffer.alloc(64)
  bytes[0] = 0xff
  bytes[9] = 0x7f
  bytes.set([3, 1], 10)
  bytes.write(mechanism, 12)
  bytes[32] = asServer
  return bytes
}

const frame = (flags: number, body: Buffer | string): Buffer => {
  const bytes = Buffer.from(body)
  if (bytes.length < 256) return Buffer.concat([Buffer.from([flags, bytes.length]), bytes])
  const head = Buffer.alloc(9)
  head[0] = flags | 2
  head.writeBigUInt64BE(BigInt(bytes.length), 1)
  return Buffer.concat([head, bytes])
}

const command = (name: string, data: Buffer | string = ''): Buffer =>
  frame(4, Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from(data)]))

const property = (name: string, value: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(value.length)
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), length, Buffer.from(value)])
}

const ready = command(
  'READY',
  Buffer.concat([property('Socket-Type', 'DEALER'), property('Identity', 'me')]),
)

/** What `dump` makes of the bytes of a side. */
async function dumped(bytes: Uint8Array, ...options: string[]): ReturnType<typeof Cli.run> {
  const path = join(await scratch(), 'bytes')
  await writeFile(path, bytes)
  return Cli.run(['dump', '--client', path, ...options])
}

describe('dump of bytes', () => {
  it('shows greeting, commands, frames and their flags', async () => {
    const bytes = Buffer.concat([
      greeting(),
      ready,
      command('SUBSCRIBE', 'news'),
      command('PING', Buffer.from([0, 10, 0x61])),
      frame(1, 'id'),
      frame(0, Buffer.from([0, 0xff])),
      frame(0, 'x'.repeat(300)),
    ])
    expect(await dumped(bytes, '--bytes', '4')).toEqual({
      code: 0,
      errors: '',
      output: `\
#1 >        0 greeting ZMTP 3.1 NULL
#1 >       64 READY [command] 43 bytes: socket-type="DEAL" (4 of 6 bytes) identity="me"
#1 >      109 SUBSCRIBE [command] 14 bytes: topic="news"
#1 >      125 PING [command] 8 bytes: ttl=1000 ms context="a"
#1 >      135 frame [more] 2 bytes: "id"
#1 >      139 frame [last] 2 bytes: 0x00ff
#1 >      143 frame [long] 300 bytes: "xxxx" (4 of 300 bytes)
`,
    })
  })

  it('says the same in JSON', async () => {
    const { output } = await dumped(Buffer.concat([greeting(), ready, frame(0, 'hello')]), '--json')
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      {
        connection: 1,
        from: 'client',
        type: 'greeting',
        offset: 0,
        version: '3.1',
        mechanism: 'NULL',
        asServer: false,
      },
      {
        ...{
          connection: 1,
          from: 'client',
          type: 'command',
          offset: 64,
          name: 'READY',
          flags: 4,
          size: 43,
        },
        properties: { 'socket-type': 'DEALER', identity: 'me' },
      },
      {
        ...{ connection: 1, from: 'client', type: 'frame', offset: 109, flags: 0, size: 5 },
        ...{ more: false, body: 'hello', whole: true },
      },
    ])
  })

  it('shows of PLAIN who it is, and never the password', async () => {
    const hello = command('HELLO', '\x04anna\x06secret')
    const { output } = await dumped(Buffer.concat([greeting('PLAIN'), hello]))
    expect(output).toContain('HELLO [command] 18 bytes: username="anna" password=(hidden)')
    expect(output).not.toContain('secret')
  })

  it('shows of CURVE commands that nobody else can read', async () => {
    const message = frame(0, `\x07MESSAGE${'.'.repeat(40)}`)
    const { output } = await dumped(Buffer.concat([greeting('CURVE', 1), message]))
    expect(output).toContain('greeting ZMTP 3.1 CURVE as server')
    expect(output).toContain('MESSAGE [last] 48 bytes: sealed=40 bytes')
  })

  it.each([
    ['GET / HTTP/1.1\r\n', 'at byte 0: the first byte is 0x47, where ZMTP 3 has 0xff'],
    [Buffer.from('ff0000000000000001' + '7f01', 'hex'), 'at byte 0: this is ZMTP 2.0 or older'],
    [greeting().subarray(0, 20), 'at byte 0: this is the end, within the greeting'],
    [
      Buffer.concat([greeting(), frame(8, 'x')]),
      'at byte 64: flags 0x08: a frame has none beyond 0x07',
    ],
    [
      Buffer.concat([greeting(), ready.subarray(0, 10)]),
      'at byte 64: this is the end, within a frame, after 8 of 43 bytes',
    ],
    [
      Buffer.concat([greeting(), Buffer.from('02ffffffffffffffff', 'hex')]),
      'at byte 64: a frame of 18446744073709552000 bytes',
    ],
    [
      Buffer.concat([greeting(), command('READY', '\x05abc')]),
      'at byte 64: metadata: the property at byte 0',
    ],
    [
      Buffer.concat([greeting(), frame(4, '\x09READY')]),
      'at byte 64: a command without a name, or shorter',
    ],
  ])('says where %j is malformed', async (bytes, expected) => {
    const { code, output } = await dumped(Buffer.from(bytes))
    expect(output).toContain(`error ${expected}`)
    expect(code).toBe(1)
  })
})

describe('dump of a live connection', () => {
  it('shows both sides and passes everything on', async () => {
    const reply = track(new native.Reply())
    await reply.bind('tcp://127.0.0.1:*')
    const cli = Cli.start(['dump', reply.lastEndpoint ?? '', '-n', '1'])
    const request = new native.Request({ routingId: 'anna', linger: 0 })
    request.connect(await cli.endpoint())
    await request.send('hello')
    await reply.send(`${String(await reply.receive())}, you`)
    expect(String(await request.receive())).toBe('hello, you')
    request.close()
    const { code, output } = await cli.ended()
    expect(output).toMatch(/^#1 > +64 READY \[command\] .*socket-type="REQ".*identity="anna"/m)
    expect(output).toMatch(/^#1 < +64 READY \[command\] .*socket-type="REP"/m)
    expect(output).toMatch(/^#1 > +\d+ frame \[last\] 5 bytes: "hello"$/m)
    expect(output).toMatch(/^#1 < +\d+ frame \[last\] 10 bytes: "hello, you"$/m)
    expect(code).toBe(0)
  })

  it('ends when it is interrupted, and so do its connections', async () => {
    const cli = Cli.start(['dump', 'ipc:///nowhere/at/all'])
    await cli.endpoint()
    cli.signal('SIGINT')
    expect((await cli.ended()).code).toBe(130)
  })
})

/** A packet of TCP in IPv4 in Ethernet, as tcpdump catches it. */
function packet(client: boolean, sequence: number, flags: number, payload: Uint8Array): Buffer {
  const [ethernet, ip, tcp] = [Buffer.alloc(14), Buffer.alloc(20), Buffer.alloc(20)]
  ethernet.writeUInt16BE(0x0800, 12)
  ip[0] = 0x45
  ip.writeUInt16BE(40 + payload.length, 2)
  ip[9] = 6
  ip.set([10, 0, 0, client ? 1 : 2, 10, 0, 0, client ? 2 : 1], 12)
  tcp.writeUInt16BE(client ? 40000 : 5555, 0)
  tcp.writeUInt16BE(client ? 5555 : 40000, 2)
  tcp.writeUInt32BE(sequence >>> 0, 4)
  tcp[12] = 0x50
  tcp[13] = flags
  const whole = Buffer.concat([ethernet, ip, tcp, payload])
  const record = Buffer.alloc(16)
  record.writeUInt32LE(whole.length, 8)
  record.writeUInt32LE(whole.length, 12)
  return Buffer.concat([record, whole])
}

async function capture(...packets: Buffer[]): Promise<string> {
  const head = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex')
  const path = join(await scratch(), 'capture.pcap')
  await writeFile(path, Buffer.concat([head, ...packets]))
  return path
}

describe('dump of a capture', () => {
  const [SYN, ACK] = [0x02, 0x10]
  const hello = Buffer.concat([greeting(), ready])
  // Numbers that go round, on the way.
  const start = 0xffff_fff0

  it('puts segments in order, whoever was caught twice or too late', async () => {
    const path = await capture(
      packet(true, start, SYN, Buffer.alloc(0)),
      packet(false, 7, SYN | ACK, Buffer.alloc(0)),
      packet(true, start + 1 + 40, ACK, hello.subarray(40)),
      packet(true, start + 1, ACK, hello.subarray(0, 40)),
      packet(true, start + 1, ACK, hello.subarray(0, 40)),
      packet(false, 8, ACK, greeting()),
    )
    const { code, output } = await Cli.run(['dump', '--pcap', path])
    expect(output).toBe(`\
#1 >        0 greeting ZMTP 3.1 NULL
#1 >       64 READY [command] 43 bytes: socket-type="DEALER" identity="me"
#1 <        0 greeting ZMTP 3.1 NULL
`)
    expect(code).toBe(0)
  })

  it('says where something is missing', async () => {
    const path = await capture(
      packet(true, start, SYN, Buffer.alloc(0)),
      packet(true, start + 1, ACK, greeting()),
      packet(true, start + 1 + 70, ACK, ready.subarray(6)),
    )
    const { code, output } = await Cli.run(['dump', '--pcap', path])
    expect(output).toContain('#1 >       64 error at byte 64: the capture misses a segment here')
    expect(code).toBe(1)
  })

  it('says where a file is none', async () => {
    const path = await capture(packet(true, 1, ACK, greeting()).subarray(0, 50))
    const cut = await Cli.run(['dump', '--pcap', path])
    expect(cut).toMatchObject({ code: 1, output: '' })
    expect(cut.errors).toContain('byte 24: the file ends within a packet')
    const none = await Cli.run(['dump', '--pcap', 'package.json'])
    expect(none.errors).toContain('package.json: byte 0: this is no pcap file')
  })
})
