import { closeSync, openSync } from 'node:fs'

/** Whether the process, or the system, can open nothing more. Costs two calls of the system. */
export function noDescriptorLeft(): boolean {
  try {
    closeSync(openSync('/', 'r'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EMFILE' || code === 'ENFILE'
  }
  return false
}
