import { describe, expect, it } from 'vitest'
import { native, ours, type AnySocket } from '../support/implementations.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

const COUNT = 100_000

async function sendNumbers(socket: AnySocket, envelope: Buffer[] = []): Promise<void> {
  for (let number = 0; number < COUNT; number += 1) await socket.send([...envelope, String(number)])
}

/** The first message that was not the expected number, if any. */
async function receiveNumbers(socket: AnySocket): Promise<string | undefined> {
  for (let number = 0; number < COUNT; number += 1) {
    const text = String((await socket.receive()).at(-1))
    if (text !== String(number)) return `${text} instead of ${String(number)}`
  }
  return undefined
}

async function expectInOrder(
  sender: AnySocket,
  receiver: AnySocket,
  envelope?: Buffer[],
): Promise<void> {
  const [fault] = await Promise.all([receiveNumbers(receiver), sendNumbers(sender, envelope)])
  expect(fault).toBeUndefined()
}

const directions = [
  { title: 'ours to native', sender: ours, receiver: native },
  { title: 'native to ours', sender: native, receiver: ours },
]

describe.each(directions)('100,000 messages stay in order, $title', ({ sender, receiver }) => {
  it.each(['tcp', 'ipc', 'ws'] as const)('PUSH to PULL over %s', async (scheme) => {
    const push = open(sender, 'Push')
    const pull = open(receiver, 'Pull')
    push.connect(await bindFresh(pull, scheme))
    await expectInOrder(push, pull)
  })

  it('DEALER to ROUTER', async () => {
    const dealer = open(sender, 'Dealer')
    const router = open(receiver, 'Router')
    dealer.connect(await bindFresh(router))
    await expectInOrder(dealer, router)
  })

  it('ROUTER to DEALER', async () => {
    // Waits for room, where a plain ROUTER would drop.
    const router = open(sender, 'Router', { mandatory: true })
    const dealer = open(receiver, 'Dealer')
    dealer.connect(await bindFresh(router))
    await dealer.send('hello')
    const [id = Buffer.alloc(0)] = await router.receive()
    await expectInOrder(router, dealer, [id])
  })
})

it('100,000 messages stay in order both ways at once through a PAIR', async () => {
  const left = open(ours, 'Pair')
  const right = open(native, 'Pair')
  left.connect(await bindFresh(right))
  await Promise.all([expectInOrder(left, right), expectInOrder(right, left)])
})
