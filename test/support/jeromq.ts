import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeEach } from 'vitest'
import type { Part } from './implementations.js'
import { projectRoot } from './program.js'
import { requires } from './requires.js'
import { WakeUp } from './wake-up.js'

const JAR = '/usr/share/java/jeromq.jar'
const program = join(projectRoot, 'test/support/java/JeroFar.java')

/** Skips the tests of a file where there is no JeroMQ. */
export function requireJeroMQ(): void {
  beforeEach(requires('libjeromq-java', () => existsSync(JAR)))
  beforeEach(requires('default-jdk-headless', () => spawnSync('javac', ['-version']).status === 0))
}

/**
 * A socket of JeroMQ, one at a time, in a process that begins with the first of them: what the
 * far end of a file of tests is made of.
 */
export class JeroMQ {
  #process: ChildProcess | undefined
  readonly #lines: string[] = []
  readonly #news = new WakeUp()

  /** @returns the endpoint. */
  open(type: string, how: 'bind' | 'connect', address: string, routingId = ''): Promise<string> {
    return this.#ask('open', type, how, address, ...(routingId === '' ? [] : [word(routingId)]))
  }

  async subscribe(topic: Part): Promise<void> {
    await this.#ask('subscribe', word(topic))
  }

  async send(message: Part | Part[]): Promise<void> {
    await this.#ask('send', ...[message].flat().map(word))
  }

  async receive(): Promise<Buffer[]> {
    const answer = await this.#ask('receive')
    return answer.split(' ').map((part) => Buffer.from(part === '-' ? '' : part, 'hex'))
  }

  async close(): Promise<void> {
    await this.#ask('close')
  }

  stop(): void {
    this.#process?.kill('SIGKILL')
  }

  #ask(...words: string[]): Promise<string> {
    this.#process ??= this.#start()
    this.#process.stdin?.write(`${words.join(' ')}\n`)
    return this.#news.until(() => this.#lines.shift())
  }

  #start(): ChildProcess {
    const child = spawn('java', ['-cp', JAR, program], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      this.#lines.push(line)
      this.#news.notify()
    })
    lines.on('close', () => {
      this.#news.end(new Error('JeroMQ has ended'))
    })
    return child
  }
}

/** A part on the way to it. */
function word(part: Part): string {
  return Buffer.from(part).toString('hex') || '-'
}
