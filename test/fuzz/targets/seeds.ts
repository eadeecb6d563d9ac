import {
  action,
  box,
  command,
  greeting,
  hex,
  input,
  message,
  property,
  ready,
  sized,
  text,
  traffic,
  v1Framing,
  zmtpFraming,
  zwsFraming,
} from '../build.js'
import type { Facts, Input, Node } from '../input.js'
import { TYPE_NAMES, TYPES } from './types.js'

/** Sessions from the first byte to the last, of each dialect. */
export function sessions(target: string): Input[] {
  const zmtp = zmtpFraming
  const client = zwsFraming(0x0badcafe)
  const server = zwsFraming()
  const make = (facts: Facts, ...nodes: Node[]): Input => input(target, facts, ...nodes)
  const names = { type: 'DEALER' }
  return [
    ...TYPE_NAMES.map((type) =>
      make(
        { type, dialect: type === 'STREAM' ? 'raw' : 'zmtp' },
        ...greeting(),
        ready(zmtp, TYPES[type].peer, 'id'),
        ...traffic(zmtp),
      ),
    ),
    make(
      { ...names, dialect: 'zmtp', heartbeat: '100' },
      ...greeting(0),
      ready(zmtp, 'DEALER'),
      ...['send', 'subscribe', 'wait', 'wait', 'stall', 'send', 'wait', 'flow'].map(action),
      command(zmtp, 'PONG'),
      action('close'),
    ),
    make(
      { ...names, dialect: 'zmtp', capacity: '1' },
      ...greeting(),
      action('turn'),
      ready(zmtp, 'DEALER'),
      ...message(zmtp, 'a'),
      ...message(zmtp, 'b', 'c'),
      action('read'),
      action('end'),
      action('read'),
    ),
    make({ ...names, dialect: 'zmtp' }, ...greeting(), command(zmtp, 'ERROR', '\x03400')),
    make(
      { ...names, dialect: 'zmtp' },
      ...greeting(1, 'PLAIN'),
      command(zmtp, 'HELLO', '\x01u\x02pw'),
    ),
    make(
      { ...names, dialect: 'zmtp', security: 'PLAIN-server', judge: 'welcomes' },
      ...greeting(1, 'PLAIN'),
      zmtp.command(sized('u8', 'HELLO'), sized('u8', 'user'), sized('u8', 'password')),
      zmtp.command(sized('u8', 'INITIATE'), ...property('Socket-Type', 'DEALER')),
      ...traffic(zmtp),
    ),
    make(
      { ...names, dialect: 'zmtp', security: 'PLAIN-client' },
      ...greeting(1, 'PLAIN', 1),
      command(zmtp, 'WELCOME'),
      ready(zmtp, 'DEALER', 'id'),
      ...traffic(zmtp),
    ),
    make(
      { ...names, dialect: 'zmtp', security: 'PLAIN-client' },
      ...greeting(1, 'PLAIN'),
      zmtp.command(text('^RROR'), sized('u8', '400')),
    ),
    make(
      { ...names, dialect: 'zmtp', judge: 'refuses' },
      ...greeting(),
      ready(zmtp, 'DEALER'),
      ...traffic(zmtp),
    ),
    make(
      { ...names, dialect: 'zws-listener', security: 'PLAIN-server', judge: 'hesitates' },
      client.command(sized('u8', 'HELLO'), sized('u8', 'user'), sized('u8', '')),
      client.command(sized('u8', 'INITIATE')),
      ...traffic(client),
    ),
    make({ ...names, dialect: 'zmtp' }, ...greeting(1, 'CURVE'), hex('04c8'), sized('u8', 'HELLO')),
    make(
      { ...names, dialect: 'older-zmtp', minimum: '1' },
      hex('ff0000000000000001 7f'),
      hex('01 05'),
      ...message(zmtp, 'id'),
      ...message(zmtp, 'a', 'b'),
    ),
    make(
      { ...names, dialect: 'older-zmtp', minimum: '1' },
      ...message(v1Framing, 'id'),
      ...message(v1Framing, 'a', 'b'),
    ),
    make(
      { type: 'PUB', dialect: 'older-zmtp', minimum: '1' },
      hex('ff0000000000000003 7f 00 02'),
      ...message(v1Framing, ''),
      ...message(v1Framing, '\x01A'),
    ),
    make(
      { ...names, dialect: 'older-zmtp', minimum: '2' },
      ...greeting(),
      ready(zmtp, 'DEALER'),
      ...traffic(zmtp),
    ),
    make({ ...names, dialect: 'zws-listener' }, ready(client, 'ROUTER', 'id'), ...traffic(client)),
    make({ ...names, dialect: 'zws-dialler' }, ready(server, 'ROUTER', 'id'), ...traffic(server)),
    make({ ...names, dialect: 'zws-id-listener' }, ...message(client, 'id'), ...traffic(client)),
    make(
      { type: 'PUB', dialect: 'zws-id-dialler', heartbeat: '100' },
      ...message(server, ''),
      ...message(server, '\x01A'),
      box('ws', 0x89, text('ping')),
      action('wait'),
      box('ws', 0x8a),
      box('ws', 0x02, hex('00')),
      box('ws', 0x80, text('rest')),
      box('ws', 0x88, hex('03e8')),
    ),
    make(
      { ...names, dialect: 'zmtp-stream' },
      { ...box('ws', 0x82, ...greeting()), key: 1 },
      { ...box('ws', 0x89, text('ping')), key: 2 },
      { ...box('ws', 0x02, ready(zmtp, 'ROUTER')), key: 3 },
      { ...box('ws', 0x80, ...traffic(zmtp)), key: 0x01020304 },
      { ...box('ws', 0x88, hex('03e8')), key: 4 },
    ),
  ]
}
