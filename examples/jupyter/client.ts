import { Dealer, Request, Subscriber } from 'zerowire'
import { decode, encode, request, type JupyterMessage } from './wire.js'

/** What a kernel's connection file says. */
export interface Connection {
  readonly transport: 'tcp' | 'ipc'
  readonly ip: string
  readonly shell_port: number
  readonly control_port: number
  readonly iopub_port: number
  readonly stdin_port: number
  readonly hb_port: number
  readonly key: string
  readonly signature_scheme: string
}

/** What a cell shows while it runs. */
export type Output =
  | { readonly type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  /** A value in several forms, by their MIME types. */
  | { readonly type: 'result' | 'display'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: 'error'; readonly name: string; readonly traceback: readonly string[] }

type Content = JupyterMessage['content']

/** A request whose answer is not complete. */
interface Waiting {
  readonly show: (output: Output) => void
  readonly resolve: (reply: Content) => void
  readonly reject: (error: Error) => void
  reply?: Content
  /** Whether everything is to be awaited that it shows, which comes on another way than the reply. */
  idle: boolean
}

/**
 * The sockets between a front end and a kernel, as VS Code has them: requests go over `shell`, those
 * that are not to wait behind others over `control`; what cells show comes to all over `iopub`.
 */
export class KernelClient {
  readonly #key: string
  readonly #shell = new Dealer({ linger: 0 })
  readonly #control = new Dealer({ linger: 0 })
  readonly #iopub = new Subscriber()
  readonly #heartbeat = new Request({ linger: 0, relaxed: true })
  readonly #waiting = new Map<string, Waiting>()
  readonly #loops: Promise<void>[]
  /** Whether anything has come over `iopub`. */
  #listening = false
  /** Messages that were not signed with the key. */
  forged = 0

  constructor(connection: Connection) {
    if (connection.signature_scheme !== 'hmac-sha256') {
      throw new Error(`signatures are hmac-sha256, not ${connection.signature_scheme}`)
    }
    const { transport, ip, key } = connection
    const address = (port: number): string =>
      transport === 'ipc' ? `ipc://${ip}-${port}` : `tcp://${ip}:${port}`
    this.#key = key
    this.#shell.connect(address(connection.shell_port))
    this.#control.connect(address(connection.control_port))
    this.#iopub.connect(address(connection.iopub_port))
    this.#iopub.subscribe()
    this.#heartbeat.connect(address(connection.hb_port))
    this.#loops = [this.#shell, this.#control, this.#iopub].map((socket) => this.#read(socket))
  }

  /** Waits until the kernel answers, and nothing that it shows is missed. */
  async ready(): Promise<Content> {
    for (;;) {
      const info = await this.#ask(this.#shell, 'kernel_info_request', {})
      if (this.#listening) return info
    }
  }

  /** Runs a cell, and hands over what it shows as it comes. Resolves when all of it has come. */
  execute(code: string, show: (output: Output) => void): Promise<Content> {
    const content = {
      ...{ code, silent: false, store_history: true },
      // Nobody is here to answer if the code asks for input, which is an error in it then.
      allow_stdin: false,
      // An error lets no other cells be left out, which the kernel would do for a while.
      stop_on_error: false,
    }
    return this.#ask(this.#shell, 'execute_request', { ...content, user_expressions: {} }, show)
  }

  /** Interrupts the cell that runs, for kernels that want to be told by a message. */
  async interrupt(): Promise<void> {
    await this.#ask(this.#control, 'interrupt_request', {})
  }

  /** Asks the kernel to end. */
  async shutdown(): Promise<void> {
    await this.#ask(this.#control, 'shutdown_request', { restart: false })
  }

  /** Whether the kernel is there, however busy it is. */
  async isAlive(timeout = 1000): Promise<boolean> {
    await this.#heartbeat.send('ping')
    return this.#heartbeat.receive({ timeout }).then(
      () => true,
      () => false,
    )
  }

  /** Ends it; whoever waits for an answer gets the reason. */
  async close(reason: Error = new Error('the client was closed')): Promise<void> {
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
    const sockets = [this.#shell, this.#control, this.#iopub, this.#heartbeat]
    for (const socket of sockets) await socket.close()
    await Promise.all(this.#loops)
  }

  #ask(socket: Dealer, type: string, content: Content, show?: Waiting['show']): Promise<Content> {
    const message = request(type, content)
    return new Promise((resolve, reject) => {
      const waiting = { show: show ?? (() => undefined), resolve, reject, idle: show === undefined }
      this.#waiting.set(message.header.msg_id, waiting)
      socket.send(encode(message, this.#key)).catch(reject)
    })
  }

  async #read(socket: Dealer | Subscriber): Promise<void> {
    for await (const parts of socket) {
      const message = decode(parts, this.#key)
      if (!message) this.forged++
      else this.#take(message, socket === this.#iopub)
    }
  }

  #take({ header, parent, content }: JupyterMessage, published: boolean): void {
    if (published) this.#listening = true
    const id = parent.msg_id ?? ''
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    const output = outputOf(header.msg_type, content)
    if (!published) waiting.reply = content
    else if (output) waiting.show(output)
    else if (content['execution_state'] === 'idle') waiting.idle = true
    if (!waiting.reply || !waiting.idle) return
    this.#waiting.delete(id)
    waiting.resolve(waiting.reply)
  }
}

function outputOf(type: string, content: Content): Output | undefined {
  const { name, text, data, ename, traceback } = content
  switch (type) {
    case 'stream':
      return { type, name: name === 'stderr' ? 'stderr' : 'stdout', text: String(text) }
    case 'execute_result':
      return { type: 'result', data: data as Record<string, unknown> }
    case 'display_data':
      return { type: 'display', data: data as Record<string, unknown> }
    case 'error':
      return { type, name: String(ename), traceback: traceback as string[] }
    default:
      return undefined
  }
}
