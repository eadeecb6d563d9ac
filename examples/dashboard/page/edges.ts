import { find, findAs, svg } from './dom.js'
import { number } from './format.js'
import type { Edge, Port } from './topology.js'

interface Point {
  readonly x: number
  readonly y: number
}

interface Line {
  readonly group: SVGGElement
  readonly track: SVGPathElement
  readonly flow: SVGPathElement
  readonly label: SVGTextElement
  rate: number
  offset: number
}

/** Milliseconds; smooth enough for dots. */
const frame = 30

const isStill = matchMedia('(prefers-reduced-motion: reduce)')

/** Curves from socket to socket, on which dots move as fast as messages do. */
export class Edges {
  readonly #root: HTMLElement
  readonly #svg: SVGSVGElement
  readonly #lines = new Map<string, Line>()

  constructor(root: HTMLElement) {
    this.#root = root
    this.#svg = findAs(SVGSVGElement, 'svg', root)
    let last = performance.now()
    const move = (now: number): void => {
      requestAnimationFrame(move)
      if (isStill.matches || now - last < frame) return
      for (const line of this.#lines.values()) advance(line, now - last)
      last = now
    }
    requestAnimationFrame(move)
  }

  update(edges: readonly Edge[]): void {
    const keys = new Set(edges.map(keyOf))
    for (const [key, { group, label }] of this.#lines) {
      if (keys.has(key)) continue
      group.remove()
      label.remove()
      this.#lines.delete(key)
    }
    const isUpright = getComputedStyle(this.#root).flexDirection === 'column'
    for (const edge of edges) {
      const line = this.#lineOf(keyOf(edge))
      const [from, to] = isUpright ? this.#upright(edge, edges) : this.#level(edge)
      draw(line, curve(from, to, isUpright), edge, isUpright)
    }
  }

  #lineOf(key: string): Line {
    let line = this.#lines.get(key)
    if (line === undefined) {
      const [track, flow] = [svg('path', { class: 'track' }), svg('path', { class: 'flow' })]
      const [group, label] = [svg('g'), svg('text')]
      group.append(track, flow)
      // Labels are in front of everybody's lines.
      this.#svg.prepend(group)
      this.#svg.append(label)
      this.#lines.set(key, (line = { group, track, flow, label, rate: 0, offset: 0 }))
    }
    return line
  }

  /** From the side of a row to the side of another. */
  #level({ from, to }: Edge): [Point, Point] {
    const [start, end] = [this.#box(from, true), this.#box(to, true)]
    const isBackwards = start.left > end.left
    return [
      { x: isBackwards ? start.left : start.right, y: (start.top + start.bottom) / 2 },
      { x: isBackwards ? end.right : end.left, y: (end.top + end.bottom) / 2 },
    ]
  }

  /** From the bottom of a card to the top of another, side by side with the others there. */
  #upright({ from, to }: Edge, edges: readonly Edge[]): [Point, Point] {
    const [start, end] = [this.#box(from), this.#box(to)]
    const isBackwards = start.top > end.top
    const at = (port: Port, box: Box, side: 'top' | 'bottom'): Point => {
      const neighbours = edges.flatMap((edge) => this.#neighbours(edge, port, side))
      neighbours.sort((a, b) => this.#box(a).left - this.#box(b).left)
      const index = neighbours.indexOf(port === from ? to : from)
      return {
        x: box.left + ((box.right - box.left) * (index + 1)) / (neighbours.length + 1),
        y: box[side],
      }
    }
    return [
      at(from, start, isBackwards ? 'top' : 'bottom'),
      at(to, end, isBackwards ? 'bottom' : 'top'),
    ]
  }

  /** The other ends of what comes out of a side of the card. */
  #neighbours({ from, to }: Edge, { service }: Port, side: 'top' | 'bottom'): Port[] {
    const other = from.service === service ? to : to.service === service ? from : undefined
    if (other === undefined) return []
    const isBelow = this.#box(other).top > this.#box({ service, socket: '' }).top
    return isBelow === (side === 'bottom') ? [other] : []
  }

  #box({ service, socket }: Port, ofRow = false): Box {
    const card = find(`[data-service="${service}"]`, this.#root)
    const outer = card.getBoundingClientRect()
    const row = ofRow ? find(`[data-socket="${socket}"]`, card).getBoundingClientRect() : outer
    const { left, top } = this.#root.getBoundingClientRect()
    return {
      left: outer.left - left,
      right: outer.right - left,
      top: row.top - top,
      bottom: row.bottom - top,
    }
  }
}

type Box = Readonly<Record<'left' | 'right' | 'top' | 'bottom', number>>

function keyOf({ from, to }: Edge): string {
  return [from.service, from.socket, to.service, to.socket].join(' ')
}

function curve(from: Point, to: Point, isUpright: boolean): string {
  const [dx, dy] = isUpright ? [0, (to.y - from.y) / 2] : [(to.x - from.x) / 2, 0]
  return `M${from.x},${from.y} C${from.x + dx},${from.y + dy} ${to.x - dx},${to.y - dy} ${to.x},${to.y}`
}

function draw(line: Line, path: string, edge: Edge, isUpright: boolean): void {
  const { group, track, flow, label } = line
  line.rate = edge.rate
  for (const element of [group, label]) element.classList.toggle('losing', edge.isLosing)
  group.classList.toggle('idle', edge.rate === 0)
  group.style.setProperty('--width', String(1.5 + Math.log2(1 + edge.rate) / 4))
  if (track.getAttribute('d') !== path) {
    track.setAttribute('d', path)
    flow.setAttribute('d', path)
    const { x, y } = track.getPointAtLength(track.getTotalLength() / 2)
    label.setAttribute('x', String(x))
    label.setAttribute('y', String(isUpright ? y + 4 : y - 6))
  }
  label.textContent = `${edge.transport} ${number(edge.rate)}/s`
}

/** Pixels per second grow with the number of digits of the rate. */
function advance(line: Line, milliseconds: number): void {
  if (line.rate === 0) return
  line.offset = (line.offset - (milliseconds / 1000) * (10 + 14 * Math.log2(1 + line.rate))) % 1200
  line.flow.style.strokeDashoffset = String(line.offset)
}
