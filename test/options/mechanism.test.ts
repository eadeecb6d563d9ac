import { describe, expect, it } from 'vitest'
import { itOurs, native, ours, type AnySocket } from '../support/implementations.js'
import { libraries, outcome } from '../support/option-table.js'
import { open } from '../support/scope.js'

const key = native.curveKeyPair()
const raw = Buffer.alloc(32, 7)

type Bag = Record<string, unknown>

interface Step {
  readonly name: string
  readonly id: number
  readonly value: unknown
}

const step = (name: string, id: number, value: unknown): Step => ({ name, id, value })

/** What says which mechanism it is, and which side of it: the last one does. */
const steps: readonly Step[] = [
  ...[true, false].map((value) => step('plainServer', 44, value)),
  ...['user', null].map((value) => step('plainUsername', 45, value)),
  ...['pass', null, Buffer.from('pass')].map((value) => step('plainPassword', 46, value)),
  ...[true, false].map((value) => step('curveServer', 47, value)),
  ...[key.publicKey, raw, null].map((value) => step('curvePublicKey', 48, value)),
  ...[key.secretKey, raw, null].map((value) => step('curveSecretKey', 49, value)),
  ...[key.publicKey, raw, null].map((value) => step('curveServerKey', 50, value)),
  ...['global', ''].map((value) => step('zapDomain', 55, value)),
  ...[true, false].map((value) => step('zapEnforceDomain', 93, value)),
]

interface Numbered {
  setBoolOption(id: number, value: unknown): void
  setStringOption(id: number, value: unknown): void
  getInt32Option(id: number): number
  getBoolOption(id: number): boolean
}

const ways: Record<string, (socket: AnySocket, step: Step) => void> = {
  'by property': (socket, { name, value }) => {
    ;(socket as unknown as Bag)[name] = value
  },
  'by number': (socket, { id, value }) => {
    const numbered = socket as unknown as Numbered
    if (typeof value === 'boolean') numbered.setBoolOption(id, value)
    else numbered.setStringOption(id, value)
  },
}

/** What a socket is, in all the ways to read it that the reference has. */
function facts(socket: AnySocket): unknown {
  const numbered = socket as unknown as Numbered
  const { securityMechanism, plainServer, curveServer, zapDomain, zapEnforceDomain } = socket
  return {
    ...{ securityMechanism, plainServer, curveServer, zapDomain, zapEnforceDomain },
    byNumber: [43, 44, 47].map((id) => numbered.getInt32Option(id)),
    flags: [44, 47, 93].map((id) => numbered.getBoolOption(id)),
  }
}

describe.each(Object.entries(ways))('%s', (_way, set) => {
  const told = ({ name, value }: Step): string => `${name} = ${String(value)}`

  it.each(steps)(
    '$name = $value and then any other makes the socket what zeromq makes it',
    (one) => {
      for (const two of steps) {
        for (const three of [undefined, ...steps]) {
          // Two are enough where the third could not tell them apart.
          if (three !== undefined && !['curvePublicKey', 'plainUsername'].includes(three.name))
            continue
          const [theirs, mine] = [open(native, 'Dealer'), open(ours, 'Dealer')]
          const done = [theirs, mine].map((socket) =>
            [one, two, three].map(
              (each) =>
                each &&
                outcome(() => {
                  set(socket, each)
                }),
            ),
          )
          const title = [one, two, three].map((each) => each && told(each)).join(', ')
          expect({ title, outcome: done[1] }).toEqual({ title, outcome: done[0] })
          expect({ title, ...(facts(mine) as object) }).toEqual({
            title,
            ...(facts(theirs) as object),
          })
          theirs.close()
          mine.close()
        }
      }
    },
  )
})

describe.each(libraries)('$library', ({ lib }) => {
  it('tells the mechanism', () => {
    const socket = open(lib, 'Dealer')
    expect(socket.securityMechanism).toBe(null)
    socket.plainUsername = 'user'
    expect([socket.securityMechanism, socket.plainUsername]).toEqual(['plain', 'user'])
    socket.curveSecretKey = key.secretKey
    expect(socket.securityMechanism).toBe('curve')
    expect(() => Object.assign(socket, { securityMechanism: null })).toThrow(TypeError)
  })

  it('takes them all in the constructor', () => {
    const server = open(lib, 'Dealer', { curveServer: true, curveSecretKey: key.secretKey })
    expect([server.securityMechanism, server.curveServer]).toEqual(['curve', true])
    const keys = { curvePublicKey: key.publicKey, curveSecretKey: key.secretKey }
    const client = open(lib, 'Dealer', { ...keys, curveServerKey: key.publicKey })
    expect([client.securityMechanism, client.curveServer]).toEqual(['curve', false])
  })
})

// The reference reads the old text, and no key at all.
itOurs('zerowire: what was set can be read, and null forgets it', () => {
  const socket = open(ours, 'Dealer')
  for (const name of ['plainUsername', 'plainPassword', 'zapDomain'] as const) {
    socket[name] = 'x'
    expect(socket[name]).toBe('x')
    socket[name] = null
    expect(socket[name]).toBe(null)
  }
  for (const name of ['curvePublicKey', 'curveSecretKey', 'curveServerKey'] as const) {
    expect(socket[name]).toBe(null)
    socket[name] = key.publicKey
    expect(socket[name]).toBe(key.publicKey)
  }
})

itOurs('zerowire: keys can be read by number, as Z85', () => {
  const socket = open(ours, 'Dealer', { curveSecretKey: key.secretKey })
  const numbered = socket as unknown as { getStringOption(id: number): string | null }
  expect([48, 49, 50].map((id) => numbered.getStringOption(id))).toEqual([
    null,
    key.secretKey,
    null,
  ])
})
