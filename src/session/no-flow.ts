/*
 * What flow.ts is, for pages: nobody counts bytes there, and a bundler leaves the calls out.
 */
import type { Flow } from './flow.js'

export function newFlow(): Flow | undefined {
  return undefined
}

export function wrote(_writer: object): void {
  // Nobody counts.
}

export function took(_writer: object): void {
  // Nobody counts.
}

export function came(_session: object, _bytes: object): void {
  // Nobody counts.
}

export function join(_one: object, _other: object): void {
  // Nobody counts.
}

export function gave(_from: object, _message: object): void {
  // Nobody counts.
}
