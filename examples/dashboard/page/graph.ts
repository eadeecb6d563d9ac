import { fill, find, stamp } from './dom.js'
import { Edges } from './edges.js'
import { number } from './format.js'
import type { Edge } from './topology.js'
import type { ServiceView, SocketView } from './watch.js'

/** A card for each service with a row for each socket, in layers, and the edges between the rows. */
export class Graph {
  readonly #root: HTMLElement
  readonly #edges: Edges
  readonly #cards = new Map<string, HTMLElement>()

  constructor(root: HTMLElement) {
    this.#root = root
    this.#edges = new Edges(root)
  }

  /** Services come sorted. */
  update(
    services: readonly ServiceView[],
    layers: ReadonlyMap<string, number>,
    edges: readonly Edge[],
  ): void {
    for (const [index, service] of services.entries()) {
      const card = this.#cardOf(service.name)
      card.style.setProperty('--colour', `var(--series-${index % 8})`)
      show(card, service)
      const layer = this.#layer(layers.get(service.name) ?? 0)
      const place = services
        .slice(0, index)
        .filter(({ name }) => layers.get(name) === layers.get(service.name))
      if (layer.children[place.length] !== card)
        layer.insertBefore(card, layer.children[place.length] ?? null)
    }
    this.#edges.update(edges)
  }

  #cardOf(name: string): HTMLElement {
    let card = this.#cards.get(name)
    if (card === undefined) {
      card = stamp('service')
      card.dataset['service'] = name
      this.#cards.set(name, card)
    }
    return card
  }

  #layer(index: number): Element {
    const layers = this.#root.getElementsByClassName('layer')
    while (layers.length <= index) {
      const layer = document.createElement('div')
      layer.className = 'layer'
      this.#root.append(layer)
    }
    return layers[index] as Element
  }
}

function show(card: HTMLElement, service: ServiceView): void {
  const { name, library, process, isSilent, sockets, queue, lost } = service
  card.classList.toggle('silent', isSilent)
  card.classList.toggle(
    'losing',
    sockets.some(({ isLosing }) => isLosing),
  )
  fill(card, {
    name,
    library,
    process,
    queue: isSilent ? 'silent' : queue === null ? '? queued' : `${number(queue)} queued`,
    lost: lost === null || lost === 0 ? '' : `${number(lost)} lost`,
  })
  find('[data-queue]', card).title = queue === null ? `${library} does not tell` : ''
  const list = find('ul', card)
  for (const socket of sockets) {
    const row =
      list.querySelector<HTMLElement>(`[data-socket="${socket.name}"]`) ?? newRow(list, socket)
    const { incoming, outgoing } = socket
    fill(row, { rate: `${number((incoming.messages ?? 0) + (outgoing.messages ?? 0))}/s` })
  }
}

function newRow(list: HTMLElement, { name, type, endpoint }: SocketView): HTMLElement {
  const row = stamp('socket')
  row.dataset['socket'] = name
  row.title = endpoint
  fill(row, { type, name })
  list.append(row)
  return row
}
