import { describe, it } from 'vitest'
import { arrangements, payloads } from '../support/pairings.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

describe.each(['tcp', 'ipc', 'ws'] as const)('legal pairs over %s', (scheme) => {
  describe.each(arrangements)('$title', (pairing) => {
    const { a, b, libraryA, libraryB, options, prepare, exchange } = pairing
    it.each(['first', 'second'])('exchange messages, the %s one bound', async (bound) => {
      const socketA = open(libraryA, a, options?.[0])
      const socketB = open(libraryB, b, options?.[1])
      const [binder, connecter] = bound === 'first' ? [socketA, socketB] : [socketB, socketA]
      connecter.connect(await bindFresh(binder, scheme))
      await prepare?.(socketA, socketB)
      for (const payload of Object.values(payloads)) await exchange(socketA, socketB, payload)
    })
  })
})
