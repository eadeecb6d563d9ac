import type { Task } from './task.js'

/** The message of a task: all its parts alike. */
export function message({ size, parts }: Task): Buffer[] {
  return new Array<Buffer>(parts).fill(Buffer.alloc(size, 'x'))
}
