import type { KindName } from './kinds.js'

/** A command that is nothing but a socket. */
export interface Conversation {
  readonly summary: string
  /** Which of the special options it has. */
  readonly special?: readonly string[]
  readonly examples: readonly (readonly [does: string, line: string])[]
}

const PEERS = ['wait', 'identity'] as const

/** The sockets that talk on stdin and stdout, in the order of the help. */
export const CONVERSATIONS: Readonly<Record<KindName, Conversation>> = {
  push: {
    summary: 'hand out lines of stdin, each to one of the peers (PUSH)',
    special: ['wait'],
    examples: [
      ['hand out the lines of a file', 'zerowire push tcp://127.0.0.1:5555 < jobs.txt'],
      ['one message, and wait until it has left', 'zerowire push tcp://127.0.0.1:5555 -m hello'],
    ],
  },
  pull: {
    summary: 'print what peers hand out (PULL)',
    examples: [
      ['collect from whoever connects', "zerowire pull 'tcp://*:5555'"],
      [
        'one message, or exit code 3 after a second',
        'zerowire pull tcp://127.0.0.1:5555 -n 1 -t 1000',
      ],
    ],
  },
  pub: {
    summary: 'publish lines of stdin to whoever has subscribed (PUB)',
    special: ['wait', 'noDrop'],
    examples: [
      ['publish a log', "tail -f app.log | zerowire pub 'tcp://*:5556'"],
      ['once somebody listens', "zerowire pub 'tcp://*:5556' --wait 1 -m 'weather sunny'"],
    ],
  },
  sub: {
    summary: 'subscribe, and print what is published (SUB)',
    special: ['subscribe'],
    examples: [
      ['everything that begins with weather', 'zerowire sub tcp://127.0.0.1:5556 -s weather'],
      ['as JSON, with binary parts in base64', 'zerowire sub tcp://127.0.0.1:5556 -f json'],
    ],
  },
  dealer: {
    summary: 'send lines of stdin, and print what comes (DEALER)',
    special: PEERS,
    examples: [
      ['talk to a ROUTER as anna', 'zerowire dealer tcp://127.0.0.1:5557 --identity anna'],
      [
        'ask a REP: an envelope, then the question',
        "printf '\\thello\\n' | zerowire dealer tcp://127.0.0.1:5557 -d '\\t' -n 1",
      ],
    ],
  },
  router: {
    summary: 'send to peers by their routing ids, and print who said what (ROUTER)',
    special: PEERS,
    examples: [
      ['the routing id and the text, with a tab between', "zerowire router 'tcp://*:5557'"],
      ['the same as JSON', "zerowire router 'tcp://*:5557' -f json"],
    ],
  },
  pair: {
    summary: 'talk to one peer (PAIR)',
    special: ['wait'],
    examples: [['a chat', "zerowire pair 'tcp://*:5558'"]],
  },
  xpub: {
    summary: 'publish, and print subscriptions: a byte 1 or 0 and the topic (XPUB)',
    special: ['wait', 'noDrop'],
    examples: [['see who wants what', "zerowire xpub 'tcp://*:5556' -f json"]],
  },
  xsub: {
    summary: 'subscribe by what is sent, and print what is published (XSUB)',
    special: ['wait'],
    examples: [
      ['a byte 1 and the topic', "printf '\\1weather\\n' | zerowire xsub tcp://127.0.0.1:5556"],
    ],
  },
  client: {
    summary: 'talk to a server in messages of one part (draft CLIENT)',
    special: ['wait'],
    examples: [['ask once', 'zerowire client tcp://127.0.0.1:5559 -m hello -n 1']],
  },
  server: {
    summary: 'answer clients by their numbers (draft SERVER)',
    special: ['wait'],
    examples: [['the number and the text, with a tab between', "zerowire server 'tcp://*:5559'"]],
  },
  radio: {
    summary: 'send to groups, also by datagrams (draft RADIO)',
    special: ['wait'],
    examples: [
      [
        'the group and the text, with a tab between',
        "printf 'news\\tsunny\\n' | zerowire radio udp://127.0.0.1:5560",
      ],
    ],
  },
  dish: {
    summary: 'print what is sent to groups (draft DISH)',
    special: ['join'],
    examples: [['listen to one', 'zerowire dish --bind udp://127.0.0.1:5560 --join news']],
  },
  scatter: {
    summary: 'as push, for messages of one part (draft SCATTER)',
    special: ['wait'],
    examples: [['hand out lines', 'zerowire scatter tcp://127.0.0.1:5561 < jobs.txt']],
  },
  gather: {
    summary: 'as pull, for messages of one part (draft GATHER)',
    examples: [['collect', "zerowire gather 'tcp://*:5561'"]],
  },
  channel: {
    summary: 'as pair, for messages of one part (draft CHANNEL)',
    special: ['wait'],
    examples: [['a chat', "zerowire channel 'tcp://*:5562'"]],
  },
}
