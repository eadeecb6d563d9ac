import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { Station, type Commands } from './station.js'

let made = 0

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' })
}

function uniqueName(): string {
  return `zw-${String(process.pid)}-${String(made++)}`
}

/** Whether this machine lets us make networks of our own. */
export function hasNetworks(): boolean {
  try {
    new Namespace().close()
    return true
  } catch {
    return false
  }
}

/** A network of its own, as a host has it. */
export class Namespace {
  readonly name: string = uniqueName()
  readonly #stations: { kill(): Promise<void> }[] = []

  constructor() {
    ip('netns', 'add', this.name)
    this.ip('link', 'set', 'lo', 'up')
  }

  /** Runs `ip` for this network. */
  ip(...args: readonly string[]): void {
    ip('-n', this.name, ...args)
  }

  /** A file of /etc as programs that are started from now on see it. */
  writeEtc(file: string, text: string): void {
    mkdirSync(this.#etc, { recursive: true })
    writeFileSync(`${this.#etc}/${file}`, text)
  }

  run<C extends Commands>(program: string): Station<C> {
    const station = new Station<C>(program, { prefix: ['ip', 'netns', 'exec', this.name] })
    this.#stations.push(station)
    return station
  }

  close(): void {
    for (const station of this.#stations) void station.kill()
    ip('netns', 'delete', this.name)
    rmSync(this.#etc, { recursive: true, force: true })
  }

  get #etc(): string {
    return `/etc/netns/${this.name}`
  }
}

/** An address of a machine that is not there: what is sent to it vanishes. */
const NOBODY = '02:00:00:00:00:fe'

/** Two hosts and the cable between them. */
export class Network {
  readonly addresses: readonly [string, string] = ['10.203.7.1', '10.203.7.2']
  readonly near: Namespace = new Namespace()
  readonly far: Namespace = new Namespace()

  constructor() {
    const { near, far } = this
    near.ip('link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', far.name)
    for (const [index, end] of [near, far].entries()) {
      end.ip('address', 'add', `${this.addresses[index] ?? ''}/24`, 'dev', 'cable')
      end.ip('link', 'set', 'cable', 'up')
    }
  }

  /** Pulls the cable: nothing arrives any more, and nobody is told. */
  cut(): void {
    this.far.ip('link', 'set', 'cable', 'down')
  }

  mend(): void {
    this.far.ip('link', 'set', 'cable', 'up')
  }

  /** What one end sends vanishes on its way, while its link is up. */
  blackHole(end: 'near' | 'far'): void {
    const other = end === 'near' ? this.addresses[1] : this.addresses[0]
    const neighbour = ['to', other, 'dev', 'cable', 'lladdr', NOBODY, 'nud', 'permanent']
    this[end].ip('neighbour', 'replace', ...neighbour)
  }

  fillBlackHole(end: 'near' | 'far'): void {
    const other = end === 'near' ? this.addresses[1] : this.addresses[0]
    this[end].ip('neighbour', 'delete', 'to', other, 'dev', 'cable')
  }

  /** Takes an address from a host and gives it another one. */
  readdress(end: 'near' | 'far', from: string, to: string): void {
    this[end].ip('address', 'delete', `${from}/24`, 'dev', 'cable')
    this[end].ip('address', 'add', `${to}/24`, 'dev', 'cable')
  }

  close(): void {
    this.near.close()
    this.far.close()
  }
}
