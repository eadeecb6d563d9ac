// Observers in both modes, and the types around them.
import {
  Dealer,
  Observer,
  type Event,
  type EventOfType,
  type EventSubscriber,
  type EventType,
  type Socket,
} from 'zeromq'

export function listen(socket: Socket): void {
  socket.events.on('bind', (event) => console.log(event.address.length, event.type))
  socket.events.on('disconnect', (e) => e.address)
  socket.events
    .on('accept', ({ address }) => console.log(address))
    .on('connect:retry', ({ interval, address }) => console.log(interval + 1, address))
    .on('bind:error', ({ error, address }) => console.log(error.code, error.errno, address))
    .off('end', () => undefined)
  socket.events.on('handshake:error:protocol', ({ error }) => {
    if (error.code === 'ERR_ZMTP_MECHANISM_MISMATCH') console.log(error.message)
    if (error.code === 'ERR_ZAP_BAD_VERSION' || error.code === 'ERR_ZMTP_KEY_EXCHANGE') return
  })
  socket.events.on('handshake:error:auth', ({ error }) => {
    if (error.status === 400) console.log('refused', error.message)
    const status: 300 | 400 | 500 = error.status
    console.log(status)
  })
  socket.events.on('handshake:error:other', ({ error: { code, errno } }) => {
    const name: string = code
    if (code === 'ECONNREFUSED' || code === 'ETIMEDOUT' || code === 'EPIPE' || code === 'EISDIR') {
      console.log(name, errno.toFixed())
    }
  })

  const onConnect = (event: EventOfType<'connect'>): void => console.log(event.address)
  socket.events.on('connect', onConnect)
  socket.events.off('connect', onConnect)
  const subscriber: EventSubscriber = socket.events
  subscriber.on('close', onClose).on('unknown', () => undefined)
}

function onClose({ type, address }: EventOfType<'close'>): void {
  const name: 'close' = type
  console.log(name, address)
}

export async function follow(socket: Socket): Promise<Event[]> {
  const seen: Event[] = []
  const first: Event = await socket.events.receive()
  seen.push(first)
  for await (const event of socket.events) {
    seen.push(event)
    switch (event.type) {
      case 'end':
      case 'unknown':
        break
      case 'connect:retry':
        console.log(event.interval, event.address)
        break
      case 'accept:error':
      case 'bind:error':
      case 'close:error':
      case 'handshake:error:other':
        console.log(event.error.code.toLowerCase(), event.error.errno, event.address)
        break
      case 'handshake:error:protocol':
        console.log(event.error.code.toLowerCase(), event.address)
        break
      default:
        console.log(event.address)
    }
  }
  return seen
}

/** Complains when a type of event is forgotten. */
export function describe(event: Event): string {
  switch (event.type) {
    case 'accept':
    case 'bind':
    case 'connect':
    case 'connect:delay':
    case 'connect:retry':
    case 'close':
    case 'disconnect':
    case 'handshake':
      return `${event.type} ${event.address}`
    case 'accept:error':
    case 'bind:error':
    case 'close:error':
    case 'handshake:error:protocol':
    case 'handshake:error:auth':
    case 'handshake:error:other':
      return `${event.type} ${event.error.message}`
    case 'end':
    case 'unknown':
      return event.type
    default: {
      const forgotten: never = event
      return forgotten
    }
  }
}

export const counts: Record<EventType, number> = {
  accept: 0,
  'accept:error': 0,
  bind: 0,
  'bind:error': 0,
  connect: 0,
  'connect:delay': 0,
  'connect:retry': 0,
  close: 0,
  'close:error': 0,
  disconnect: 0,
  end: 0,
  handshake: 0,
  'handshake:error:protocol': 0,
  'handshake:error:auth': 0,
  'handshake:error:other': 0,
  unknown: 0,
}

export const made: Event[] = [
  { type: 'end' },
  { type: 'connect', address: 'tcp://127.0.0.1:1' },
  { type: 'connect:retry', address: 'tcp://127.0.0.1:1', interval: 100 },
]

export function waitFor<E extends EventType>(socket: Socket, type: E): Promise<EventOfType<E>> {
  return new Promise((resolve) => {
    socket.events.on(type, (event) => resolve(event))
  })
}

export async function own(): Promise<void> {
  const dealer = new Dealer()
  const observer = new Observer(dealer)
  const { address }: { address: string } = await waitFor(dealer, 'handshake')
  if (!observer.closed) observer.close()
  console.log(address, counts[(await observer.receive()).type])
}
