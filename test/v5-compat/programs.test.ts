import { describe, expect, it } from 'vitest'
import { runProgram } from '../support/program.js'

type Programs = Record<string, [code: string, prints: string]>

/** Programs as they were written for zeromq 5, with what they print. */
const programs: Programs = {
  'PUSH and PULL': [
    `const producer = zmq.socket('push')
    producer.bindSync('tcp://127.0.0.1:*')
    console.log('Producer bound')
    const timer = setInterval(function () {
      producer.send('some work')
    }, 5)

    const worker = zmq.socket('pull')
    worker.connect(producer.last_endpoint)
    worker.once('message', function (msg) {
      console.log('work: %s', msg.toString())
      clearInterval(timer)
      worker.close()
      producer.close()
    })`,
    'Producer bound\nwork: some work\n',
  ],
  'PUB and SUB': [
    `const pub = zmq.socket('pub'), sub = zmq.socket('sub')
    pub.bindSync('tcp://127.0.0.1:*')
    sub.connect(pub.last_endpoint)
    sub.subscribe('kitty cats')
    const timer = setInterval(function () {
      pub.send(['doggos', 'woof!'])
      pub.send(['kitty cats', 'meow!'])
    }, 5)
    sub.once('message', function (topic, message) {
      console.log('topic: %s, message: %s', topic, message)
      clearInterval(timer)
      sub.close()
      pub.close()
    })`,
    'topic: kitty cats, message: meow!\n',
  ],
  'REQ and REP': [
    `const responder = zmq.socket('rep')
    responder.on('message', function (request) {
      console.log('Received request: [', request.toString(), ']')
      responder.send('World')
    })
    responder.bind('tcp://127.0.0.1:*', function (err) {
      if (err) return console.log(err)
      const requester = zmq.socket('req')
      let replies = 0
      requester.on('message', function (reply) {
        console.log('Received reply', replies, ': [', reply.toString(), ']')
        if (++replies === 2) {
          requester.close()
          responder.close()
        }
      })
      requester.connect(responder.last_endpoint)
      for (let i = 0; i < 2; i++) requester.send('Hello')
    })`,
    `Received request: [ Hello ]
Received reply 0 : [ World ]
Received request: [ Hello ]
Received reply 1 : [ World ]
`,
  ],
  'messages of several parts': [
    `const push = zmq.socket('push'), pull = zmq.socket('pull')
    pull.on('message', function () {
      console.log(Array.prototype.slice.call(arguments).map(String).join('|'))
    })
    pull.on('message', function (first) {
      if (first.toString() !== 'last') return
      push.close()
      pull.close()
    })
    pull.bindSync('inproc://parts')
    push.connect('inproc://parts')
    push.send(['tobi', 'loki'], zmq.ZMQ_SNDMORE)
    push.send(['jane', 'luna'], zmq.ZMQ_SNDMORE)
    push.send('manny')
    push.send(['last', 15.99, Buffer.from('bytes'), null], 0, function (err) {
      console.log('sent', err)
    })`,
    'sent undefined\ntobi|loki|jane|luna|manny\nlast|15.99|bytes|\n',
  ],
  'ROUTER and DEALER': [
    `const router = zmq.socket('router'), dealer = zmq.socket('dealer')
    dealer.identity = 'client-' + 7
    console.log(dealer.identity)
    router.setsockopt(zmq.ZMQ_ROUTER_MANDATORY, 1)
    router.on('message', function (envelope, blank, data) {
      console.log('from %s: %s', envelope, data)
      router.send([envelope, blank, 'you are ' + envelope])
    })
    dealer.on('message', function (blank, data) {
      console.log('to %s: %s', dealer.identity, data)
      dealer.close()
      router.close()
    })
    router.bind('tcp://127.0.0.1:*', function () {
      dealer.connect(router.last_endpoint)
      dealer.send(['', 'who am I?'])
    })`,
    'client-7\nfrom client-7: who am I?\nto client-7: you are client-7\n',
  ],
  'a listener that throws': [
    `const push = zmq.socket('push'), pull = zmq.socket('pull')
    process.on('uncaughtException', function (err) { console.log('uncaught:', err.message) })
    pull.on('message', function (msg) {
      if (msg.toString() === 'bad') throw new Error('oops')
      console.log(msg.toString())
      push.close()
      pull.close()
    })
    pull.bindSync('inproc://throws')
    push.connect('inproc://throws')
    push.send('bad')
    push.send('good')`,
    'uncaught: oops\ngood\n',
  ],
  'a class of its own': [
    `class Worker extends zmq.Socket {
      constructor() {
        super('pull')
        this.done = 0
        this.on('message', () => { console.log('done', ++this.done) })
      }
    }
    const worker = new Worker(), source = zmq.createSocket('push', { linger: 100, title: 'source' })
    console.log(source.type, source.title, source.linger)
    worker.bindSync('inproc://class')
    source.connect('inproc://class')
    source.send('x', null, function () { source.close() })
    worker.on('message', function () { worker.close() })`,
    'push source 100\ndone 1\n',
  ],
}

/** The reference sometimes tells of the listener before it knows its endpoint, or does not end. */
const observed: Programs = {
  'the monitor': [
    `const rep = zmq.socket('rep'), req = zmq.socket('req')
    rep.on('listen', function (fd, ep) { console.log('listen, same endpoint:', ep === rep.last_endpoint) })
    rep.on('accept', function (fd, ep) { console.log('accept, same endpoint:', ep === rep.last_endpoint) })
    rep.on('disconnect', function (fd, ep) {
      console.log('disconnect, same endpoint:', ep === rep.last_endpoint)
      rep.unmonitor()
      rep.close()
    })
    rep.monitor()
    rep.on('message', function () { rep.send('world') })
    req.on('message', function () { req.close() })
    rep.bind('tcp://127.0.0.1:*', function () { req.connect(rep.last_endpoint).send('hello') })`,
    `listen, same endpoint: true
accept, same endpoint: true
disconnect, same endpoint: true
`,
  ],
}

const modules = [
  {
    kind: 'an ECMAScript module',
    flags: ['--input-type=module'],
    head: (library: string) => `import zmq from '${library}.js'`,
  },
  {
    kind: 'an ECMAScript module with named imports',
    flags: ['--input-type=module'],
    head: (library: string) => `import * as zmq from '${library}.js'`,
  },
  {
    kind: 'a CommonJS module',
    flags: ['--input-type=commonjs'],
    head: (library: string) => `const zmq = require('${library}')`,
  },
]

const libraries: [name: string, programs: Programs][] = [
  ['zeromq/v5-compat', programs],
  ['zerowire/v5-compat', { ...programs, ...observed }],
]

describe.each(libraries)('with %s', (library, all) => {
  describe.each(modules)('$kind', ({ flags, head }) => {
    it.each(Object.entries(all))('with %s does what it says, and ends', async (_, program) => {
      const [code, prints] = program
      expect(await runProgram(`${head(library)}\n${code}`, flags)).toBe(prints)
    })
  })
})
