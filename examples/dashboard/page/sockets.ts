import { find, stamp } from './dom.js'
import { byteCount, number } from './format.js'
import type { FiguresView, WayView } from './figures.js'
import type { PeerView, ServiceView, SocketView } from './watch.js'

const unknown = '–'

/** A row for each socket, and on demand one for each of its peers. */
export class Sockets {
  readonly #root: HTMLElement
  readonly #rows = new Map<string, HTMLElement>()
  /** Sockets whose peers are shown. */
  readonly #open = new Set<string>()
  #services: readonly ServiceView[] = []

  constructor(root: HTMLElement) {
    this.#root = root
  }

  /** Services come sorted. */
  update(services: readonly ServiceView[]): void {
    this.#services = services
    const rows = services.flatMap((service, index) =>
      service.sockets.flatMap((socket) => {
        const row = this.#show(service, socket)
        row.style.setProperty('--colour', `var(--series-${index % 8})`)
        return [row, ...this.#showPeers(service, socket)]
      }),
    )
    for (const [key, row] of this.#rows) {
      if (rows.includes(row)) continue
      row.remove()
      this.#rows.delete(key)
    }
    for (const [index, row] of rows.entries()) {
      const there = this.#root.children[index] ?? null
      if (there !== row) this.#root.insertBefore(row, there)
    }
  }

  #show(service: ServiceView, socket: SocketView): HTMLElement {
    const key = keyOf(service, socket)
    const row = this.#rowOf(key, 'socket')
    row.classList.toggle('silent', service.isSilent)
    const { length } = socket.peers
    const button = find('button', row)
    button.hidden = length === 0
    button.setAttribute('aria-expanded', String(this.#open.has(key)))
    fillCells(row, {
      ...{ type: socket.type, name: `${service.name} ${socket.name}` },
      ...{ peers: length === 1 ? '1 peer' : `${String(length)} peers` },
      ...textsOf(socket),
    })
    showError(row, socket)
    return row
  }

  #showPeers(service: ServiceView, socket: SocketView): HTMLElement[] {
    const key = keyOf(service, socket)
    if (!this.#open.has(key)) return []
    return socket.peers.map((peer) => {
      const row = this.#rowOf(`${key} ${String(peer.id)}`, 'peer')
      row.classList.toggle('silent', !peer.isConnected)
      fillCells(row, { type: peer.type || '?', name: peerName(peer), ...textsOf(peer) })
      showError(row, peer)
      return row
    })
  }

  #rowOf(key: string, kind: 'socket' | 'peer'): HTMLElement {
    let row = this.#rows.get(key)
    if (row === undefined) {
      row = stamp('row')
      row.dataset['figures'] = key
      row.classList.add(kind)
      find('button', row).addEventListener('click', () => {
        if (!this.#open.delete(key)) this.#open.add(key)
        this.update(this.#services)
      })
      this.#rows.set(key, row)
    }
    return row
  }
}

const keyOf = (service: ServiceView, socket: SocketView): string => `${service.name} ${socket.name}`

/** Several may have the same address. */
const peerName = ({ id, address, isConnected }: PeerView): string =>
  `#${String(id)} ${address}${isConnected ? '' : ', not connected'}`

function textsOf(figures: FiguresView): Record<string, string> {
  const { incoming, outgoing, dropped, reconnects, handshakeFailures } = figures
  const reasons = Object.entries(dropped ?? {}).map(([reason, count]) => {
    return `${number(count)} ${reason}`
  })
  return {
    ...wayTexts('in', incoming),
    ...wayTexts('out', outgoing),
    dropped: reasons.join(', ') || text(dropped && 0),
    reconnects: text(reconnects),
    failures: text(handshakeFailures),
  }
}

function wayTexts(way: string, { messages, bytes, queued, wait }: WayView): Record<string, string> {
  return {
    [`${way}-messages`]: text(messages),
    [`${way}-bytes`]: text(bytes, byteCount),
    [`${way}-queued`]: text(queued),
    [`${way}-wait`]: text(wait),
  }
}

function text(value: number | null, format = number): string {
  return value === null ? unknown : format(value)
}

/** What is not worth a look is pale. */
function fillCells(row: HTMLElement, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const cell = find(`[data-${name}]`, row)
    if (cell.textContent !== text) cell.textContent = text
    cell.classList.toggle('quiet', text === '0' || text === unknown)
  }
}

function showError(row: HTMLElement, { lastError, isLosing }: FiguresView): void {
  row.classList.toggle('losing', isLosing)
  const cell = find('[data-error]', row)
  const { code = '', reason = '' } = lastError?.error ?? {}
  const at = lastError === null ? '' : new Date(lastError.at).toLocaleTimeString('en-GB')
  const said = `${code} ${at}`.trim()
  if (cell.textContent !== said) cell.textContent = said
  cell.title = reason
}
