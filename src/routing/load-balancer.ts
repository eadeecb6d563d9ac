import type { Parts } from '../message.js'
import type { Pipe } from './pipe.js'

/**
 * Round robin out (RFC 28, 30): each message to the next pipe after the last one used that has room.
 * Pipes with room come first in the list, so that a full one costs nothing.
 */
export class LoadBalancer {
  readonly #pipes: Pipe[] = []
  readonly #index = new Map<Pipe, number>()
  #active = 0
  #current = 0
  #last: Pipe | undefined

  /** Whether a message could be sent; if not, the full pipes will tell when it can. */
  get hasRoom(): boolean {
    for (let i = 0; i < this.#active; i++) if (this.#pipes[i]?.expectRoom() === true) return true
    return false
  }

  /** The pipe that took the last message. */
  get last(): Pipe | undefined {
    return this.#last
  }

  add(pipe: Pipe): void {
    this.#index.set(pipe, this.#pipes.length)
    this.#pipes.push(pipe)
    this.activate(pipe)
  }

  remove(pipe: Pipe): void {
    const index = this.#index.get(pipe)
    if (index === undefined) return
    if (index < this.#active) this.#deactivate(index)
    this.#swap(this.#index.get(pipe) ?? 0, this.#pipes.length - 1)
    this.#pipes.pop()
    this.#index.delete(pipe)
    if (this.#last === pipe) this.#last = undefined
  }

  /** The pipe has room again. */
  activate(pipe: Pipe): void {
    const index = this.#index.get(pipe)
    if (index === undefined || index < this.#active) return
    this.#swap(index, this.#active)
    this.#active++
  }

  /** @returns false when no pipe has room. */
  send(message: Parts): boolean {
    while (this.#active > 0) {
      const pipe = this.#pipes[this.#current] as Pipe
      if (pipe.write(message)) {
        this.#last = pipe
        if (++this.#current >= this.#active) this.#current = 0
        return true
      }
      this.#deactivate(this.#current)
    }
    return false
  }

  #deactivate(index: number): void {
    this.#active--
    this.#swap(index, this.#active)
    if (this.#current >= this.#active) this.#current = 0
  }

  #swap(a: number, b: number): void {
    if (a === b) return
    const first = this.#pipes[a] as Pipe
    const second = this.#pipes[b] as Pipe
    this.#pipes[a] = second
    this.#pipes[b] = first
    this.#index.set(second, a)
    this.#index.set(first, b)
  }
}
