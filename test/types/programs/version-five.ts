// The API of version 5.
import * as zmq from 'zeromq/v5-compat'

export function talk(): void {
  const push = zmq.socket('push')
  const subscriber = zmq.createSocket('sub', { linger: 0 })
  push.bind('tcp://127.0.0.1:*', (error) => {
    if (error) throw error
    push.send(['a', Buffer.from('b')])
  })
  subscriber.connect('tcp://127.0.0.1:3000')
  subscriber.subscribe('topic')
  subscriber.on('message', (topic: Buffer, message: Buffer) => {
    console.log(topic.toString(), message.readUInt8(0))
  })
  subscriber.monitor(100, 0)
  subscriber.setsockopt(zmq.ZMQ_LINGER, 0)
  console.log(subscriber.getsockopt(zmq.ZMQ_TYPE), zmq.version, zmq.curveKeypair().public)
  subscriber.close()
}
