import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { fromSource, projectRoot } from './program.js'
import { WakeUp } from './wake-up.js'

let made = 0

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' })
}

/** Whether this machine lets us make networks of our own. */
export function hasNetworks(): boolean {
  const name = `zw-${String(process.pid)}-probe`
  try {
    ip('netns', 'add', name)
    ip('netns', 'delete', name)
    return true
  } catch {
    return false
  }
}

/** What a program says to the test that runs it. */
export interface News {
  readonly type: string
  readonly text?: string
}

/** A program in a namespace of its own, which tells what happens to it. */
export class Host {
  readonly news: News[] = []
  readonly #child: ChildProcess
  readonly #arrived = new WakeUp()

  constructor(namespace: string, program: string, args: readonly string[]) {
    const command = ['netns', 'exec', namespace, process.execPath, ...fromSource, program, ...args]
    this.#child = spawn('ip', command, {
      cwd: projectRoot,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child.on('message', (news: News) => {
      this.news.push(news)
      this.#arrived.notify()
    })
  }

  /** The next news of a type, those before it being of no interest. */
  hears(type: string): Promise<News> {
    return this.#arrived.until(() => {
      const at = this.news.findIndex((news) => news.type === type)
      return at < 0 ? undefined : this.news.splice(0, at + 1).at(-1)
    })
  }

  tell(text: string): void {
    this.#child.send(text)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** Two hosts and the cable between them. */
export class Network {
  readonly addresses = ['10.203.7.1', '10.203.7.2'] as const
  readonly #namespaces: readonly [string, string]
  readonly #hosts: Host[] = []

  constructor() {
    const name = `zw-${String(process.pid)}-${String(made++)}`
    const [near, far] = (this.#namespaces = [`${name}-a`, `${name}-b`])
    ip('netns', 'add', near)
    ip('netns', 'add', far)
    ip('-n', near, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', far)
    for (const [index, namespace] of this.#namespaces.entries()) {
      ip('-n', namespace, 'address', 'add', `${this.addresses[index] ?? ''}/24`, 'dev', 'cable')
      ip('-n', namespace, 'link', 'set', 'cable', 'up')
      ip('-n', namespace, 'link', 'set', 'lo', 'up')
    }
  }

  run(end: 0 | 1, program: string, ...args: string[]): Host {
    const host = new Host(this.#namespaces[end], program, args)
    this.#hosts.push(host)
    return host
  }

  /** Pulls the cable: nothing arrives any more, and nobody is told. */
  cut(): void {
    ip('-n', this.#namespaces[1], 'link', 'set', 'cable', 'down')
  }

  mend(): void {
    ip('-n', this.#namespaces[1], 'link', 'set', 'cable', 'up')
  }

  close(): void {
    for (const host of this.#hosts) host.kill()
    for (const namespace of this.#namespaces) ip('netns', 'delete', namespace)
  }
}
