#!/usr/bin/env node
import { CommanderError } from 'commander'
import { EXIT } from './exit.js'
import { program } from './program.js'

// Whoever reads the help may have seen enough; commands listen for that themselves as well.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exitCode = code === 'EPIPE' ? EXIT.unread : EXIT.error
})

// Commander has said what was wrong, or shown the help.
program()
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode ??= error.exitCode === 0 ? EXIT.done : EXIT.usage
  })
