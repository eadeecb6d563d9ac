// The module as one value, for programs whose compiler makes it so.
import zmq from 'zeromq'
import { Push } from 'zeromq'

export const push: zmq.Push = new zmq.Push()
export const same: Push = push
export const module: typeof zmq = zmq
