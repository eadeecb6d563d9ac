import { now } from '../../support/in-station.js'
import { Network } from '../../support/network.js'
import type { Station } from '../../support/station.js'
import { conversations, type Participant } from '../conversations.js'
import { Conversing } from '../conversing.js'
import { networks } from '../needs.js'
import type { NameServerProgram } from '../programs/name-server.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'

const NAME = 'far.test'
const PROGRAM = 'test/soak/programs/name-server.ts'
const INTERVAL = 200
const TIMEOUT = 300
const RETRY = 100
const CONNECT = 300
/** Noticed, an attempt at the old address given up, a wait, an attempt at the new one; and allowance. */
const LONGEST = INTERVAL + TIMEOUT + 2 * (CONNECT + 2 * RETRY) + 1000
const NOBODY = '10.203.7.66'

function optionsOf({ options }: Participant): object {
  return {
    heartbeatInterval: INTERVAL,
    heartbeatTimeout: TIMEOUT,
    reconnectInterval: RETRY,
    connectTimeout: CONNECT,
    handshakeInterval: 2000,
    linger: 0,
    ...options,
  }
}

class Moving {
  readonly #network: Network
  readonly #all: Conversing
  readonly #names: Station<NameServerProgram>
  #near: string
  #far: string
  #moves = 10
  slowest = 0

  constructor(run: Run) {
    const network = (this.#network = run.closing(new Network()))
    ;[this.#near, this.#far] = network.addresses
    network.near.writeEtc('resolv.conf', 'nameserver 127.0.0.1\n')
    this.#names = network.near.run<NameServerProgram>(PROGRAM)
    const { near, far } = network
    const talks = conversations.filter(({ dialler }) => dialler === 'near')
    this.#all = new Conversing({ near, far, addresses: [this.#near, NAME] }, talks)
  }

  async begin(): Promise<void> {
    await this.#names.call('open')
    await this.#names.call('know', this.#far)
    await this.#all.begin(optionsOf, 5)
  }

  /** The host goes elsewhere, and its name with it. */
  async moveFar(): Promise<void> {
    const start = now()
    const to = this.#readdress('far')
    await this.#names.call('know', to)
    await this.#healed(start)
  }

  async moveNear(): Promise<void> {
    const start = now()
    const to = this.#readdress('near')
    await this.#healed(start)
    const { far } = this.#all.hosts
    for (const { name, ends } of this.#all.talks) {
      // libzmq does not tell.
      if (ends.far.library === 'zeromq') continue
      const { remoteAddress } = await far.call('event', name, 'handshake', start)
      if (remoteAddress?.startsWith(`tcp://${to}:`) !== true) {
        throw new Error(`${name}: ${String(remoteAddress)} in place of ${to}`)
      }
    }
  }

  /** What a name means does not matter to those who are connected. @returns connections lost. */
  async misname(): Promise<number> {
    const start = now()
    await this.#names.call('know', NOBODY)
    // Two heartbeats that nobody misses.
    await this.#all.flows(start + 2 * (INTERVAL + TIMEOUT))
    return await this.#all.lost(start)
  }

  /** It moves while the name leads nowhere, then is unknown, then right. @returns reasons given. */
  async lose(): Promise<Set<string>> {
    const start = now()
    const to = this.#readdress('far')
    const { near } = this.#all.hosts
    const names = this.#all.talks.map(({ name }) => name)
    const failed = (after: number): Promise<(string | undefined)[]> =>
      Promise.all(
        names.map(async (name) => {
          const { code, systemCode } = await near.call('event', name, 'close', after)
          return systemCode ?? code
        }),
      )
    const first = await failed(start)
    await this.#names.call('know', null)
    // An attempt at the wrong address may be under way.
    await failed(now())
    const second = await failed(now() + CONNECT)
    await this.#names.call('know', to)
    await this.#healed(now())
    return new Set([...first, ...second].map(String))
  }

  /** @returns how often names were asked for. */
  asked(): Promise<number> {
    return this.#names.call('asked')
  }

  async #healed(start: number): Promise<void> {
    await this.#all.everywhere((host, { name }) => host.call('event', name, 'handshake', start))
    await this.#all.flows(now())
    this.slowest = Math.max(this.slowest, now() - start)
  }

  #readdress(end: 'near' | 'far'): string {
    const to = `10.203.7.${(this.#moves += 1)}`
    if (end === 'near') {
      this.#network.readdress('near', this.#near, to)
      this.#near = to
    } else {
      this.#network.readdress('far', this.#far, to)
      this.#far = to
    }
    return to
  }
}

/** Hosts that get other addresses, and names that get other answers. */
export const addresses: Scenario = {
  name: 'addresses',
  title: 'addresses of both hosts changed, answers of the name server changed',
  needs: [networks],
  async play(run) {
    const rounds = run.size({ quick: 1, full: 10 })
    run.plan(4 * rounds + 1)
    const moving = new Moving(run)
    await moving.begin()
    run.step('begin')
    let lost = 0
    const reasons = new Set<string>()
    for (let round = 0; round < rounds; round += 1) {
      await moving.moveFar()
      run.step('the far host has moved')
      await moving.moveNear()
      run.step('the near host has moved')
      lost += await moving.misname()
      run.step('the name was wrong')
      for (const reason of await moving.lose()) reasons.add(reason)
      run.step('the name was unknown')
    }
    run.tell('addresses changed', String(3 * rounds))
    run.atMost('all connected at the new address after', moving.slowest, LONGEST, 'ms')
    run.exactly('connections lost to a wrong answer for a name', lost, 0)
    run.tell('why attempts failed meanwhile', [...reasons].sort().join(', '))
    run.exactly('an unknown name is told', String(reasons.has('ENOTFOUND')), 'true')
    run.tell('names asked for', (await moving.asked()).toLocaleString('en'))
  },
}
