import { factories } from './libraries.js'
import { obeying } from './obey.js'
import type { Command } from './protocol.js'

/** A process of far ends, which does what its parent tells it to. */

const obey = obeying(factories, (outcome) => process.send?.(outcome))

process.on('message', (message) => {
  obey(message as Command)
})

process.on('disconnect', () => process.exit())
