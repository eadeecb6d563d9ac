import { Dealer } from 'zerowire'

/*
 * One end of a conversation that is watched: `bind` answers whatever comes, `connect` says what it
 * is told to. Both ask for a sign of life ten times a second.
 */

const [, , role = '', address = ''] = process.argv
const socket = new Dealer({
  heartbeatInterval: 100,
  heartbeatTimeout: 300,
  reconnectInterval: 50,
  connectTimeout: 1000,
  linger: 0,
})

const tell = (type: string, text = ''): void => {
  process.send?.({ type, text })
}
socket.events.on('handshake', () => {
  tell('handshake')
})
socket.events.on('disconnect', ({ error }) => {
  tell('disconnect', error?.code)
})
process.on('disconnect', () => process.exit())

if (role === 'bind') {
  await socket.bind(address)
  tell('bound')
  for await (const message of socket) await socket.send(message)
} else {
  socket.connect(address)
  process.on('message', (text) => void socket.send(String(text)))
  for await (const [message] of socket) tell('answer', String(message))
}
