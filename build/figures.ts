/**
 * The drawings of docs/architecture.md: `node --import tsx build/figures.ts` writes them. Colours follow
 * the reader's light or dark mode, and each has a ground of its own, so that it can stand on any page.
 */

import { writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

type Kind = 'plain' | 'message' | 'world' | 'byte'

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly kind: Kind
  readonly title: string
  readonly lines?: readonly string[]
}

interface Arrow {
  readonly from: readonly [x: number, y: number]
  readonly to: readonly [x: number, y: number]
}

interface Figure {
  readonly width: number
  readonly height: number
  readonly about: string
  readonly boxes: readonly Box[]
  readonly arrows: readonly Arrow[]
  readonly legend: readonly (readonly [Kind, string])[]
}

const STYLE = `
  svg { --ground: #ffffff; --ink: #1f2328; --soft: #57606a; --line: #8c959f;
    --plain: #f6f8fa; --message: #ddf4ff; --world: #fff1e5; --byte: #dafbe1; }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #0d1117; --ink: #e6edf3; --soft: #9da7b3; --line: #6e7681;
      --plain: #161b22; --message: #0f2d4a; --world: #3d2410; --byte: #12351f; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--soft); }
  .title { font-weight: 600; font-size: 14px; fill: var(--ink); }
  .box { stroke: var(--line); }
  .plain { fill: var(--plain); } .message { fill: var(--message); }
  .world { fill: var(--world); } .byte { fill: var(--byte); }
  .arrow { fill: none; stroke: var(--ink); stroke-width: 1.5; marker-end: url(#head); }
  #head path { fill: var(--ink); }`

const LINE = 17

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function drawBox({ x, y, width, height, kind, title, lines = [] }: Box): string {
  const middle = x + width / 2
  const first = y + height / 2 - (lines.length * LINE) / 2 + 5
  const text = [title, ...lines].map((line, index) => {
    const style = index === 0 ? ' class="title"' : ''
    return `<text x="${middle}" y="${first + index * LINE}" text-anchor="middle"${style}>${escape(line)}</text>`
  })
  const frame = `<rect class="box ${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`
  return [frame, ...text].join('\n')
}

function drawArrow({ from, to }: Arrow): string {
  return `<path class="arrow" d="M${from.join(' ')}L${to.join(' ')}"/>`
}

function drawLegend({ legend, height }: Figure): string {
  return legend
    .map(([kind, text], index) => {
      const x = 20 + index * 250
      const y = height - 30
      return (
        `<rect class="box ${kind}" x="${x}" y="${y}" width="16" height="16" rx="3"/>` +
        `<text x="${x + 24}" y="${y + 13}">${escape(text)}</text>`
      )
    })
    .join('\n')
}

/** A figure as an SVG document. */
export function draw(figure: Figure): string {
  const { width, height, about, boxes, arrows } = figure
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${about}">
<style>${STYLE}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
<rect width="${width}" height="${height}" rx="8" style="fill: var(--ground)"/>
${[...boxes.map(drawBox), ...arrows.map(drawArrow), drawLegend(figure)].join('\n')}
</svg>
`
}

const LEGEND = [
  ['message', 'knows whole messages'],
  ['byte', 'knows bytes, and no I/O'],
  ['world', 'knows the world outside'],
] as const

const wide = { x: 60, width: 800 }
const left = { x: 60, width: 390 }
const right = { x: 470, width: 390 }

const layers: Figure = {
  width: 880,
  height: 640,
  about: 'The layers of src/, from the public names at the top to util at the bottom',
  boxes: [
    { ...left, y: 20, height: 50, kind: 'plain', title: 'your program' },
    {
      ...right,
      y: 20,
      height: 50,
      kind: 'plain',
      title: 'patterns/, v5-compat/',
      lines: ['on the public names, as any program is'],
    },
    {
      ...wide,
      y: 84,
      height: 50,
      kind: 'plain',
      title: 'index, extra, draft, curve, …',
      lines: ['the public names'],
    },
    {
      ...wide,
      y: 148,
      height: 54,
      kind: 'message',
      title: 'socket/',
      lines: ['bind, connect, close; waiting and fairness; one file a socket type'],
    },
    {
      ...left,
      y: 216,
      height: 182,
      kind: 'message',
      title: 'routing/',
      lines: ['pipes with a bounded queue each way;', 'who gets a message, and whose is next'],
    },
    {
      ...right,
      y: 216,
      height: 36,
      kind: 'plain',
      title: 'context.ts: transports by scheme',
    },
    {
      ...right,
      y: 262,
      height: 36,
      kind: 'plain',
      title: 'platform/: Node or browser',
    },
    {
      x: 470,
      width: 228,
      y: 308,
      height: 50,
      kind: 'world',
      title: 'node/',
      lines: ['TCP, IPC, UDP, WS, threads'],
    },
    {
      x: 710,
      width: 150,
      y: 308,
      height: 50,
      kind: 'world',
      title: 'workers/',
      lines: ['pages, workers'],
    },
    {
      ...right,
      y: 368,
      height: 30,
      kind: 'plain',
      title: 'transport/: how a session begins',
    },
    {
      ...wide,
      y: 412,
      height: 50,
      kind: 'byte',
      title: 'session/',
      lines: ['a conversation with one peer: handshake, heartbeats, whole messages in and out'],
    },
    {
      ...wide,
      y: 476,
      height: 36,
      kind: 'byte',
      title: 'security/: NULL, PLAIN, CURVE as state machines',
    },
    {
      ...wide,
      y: 522,
      height: 30,
      kind: 'byte',
      title: 'wire/: bytes to values and back',
    },
    {
      ...wide,
      y: 562,
      height: 30,
      kind: 'plain',
      title: 'util/: what has nothing to do with ZeroMQ',
    },
  ],
  arrows: [{ from: [34, 148], to: [34, 590] }],
  legend: LEGEND,
}

const COLUMNS = [20, 192, 364, 536, 708, 880]
const WIDTH = 154

interface Stage {
  readonly kind: Kind
  readonly title: string
  readonly lines: readonly string[]
}

/** The stages of a way beside each other, from the program on the left to the system on the right. */
function lane(y: number, height: number, stages: readonly Stage[]): Box[] {
  return stages.map((stage, column) => ({
    x: COLUMNS[column] ?? 0,
    y,
    width: WIDTH,
    height,
    ...stage,
  }))
}

function between(y: number, outward: boolean): Arrow[] {
  return COLUMNS.slice(1).map((x) => {
    const [before, behind] = [[x - 17, y] as const, [x - 1, y] as const]
    return outward ? { from: before, to: behind } : { from: behind, to: before }
  })
}

const out: readonly Stage[] = [
  {
    kind: 'plain',
    title: 'send()',
    lines: ['settled at once', 'if there is room;', 'else it waits'],
  },
  {
    kind: 'message',
    title: 'pattern',
    lines: ['picks a pipe:', 'round robin, topic,', 'routing id'],
  },
  {
    kind: 'message',
    title: 'pipe',
    lines: ['a queue, only while', 'the session is busy:', 'sendHighWaterMark'],
  },
  {
    kind: 'byte',
    title: 'session',
    lines: ['gathers what is sent', 'in one turn, or', '256 KiB of it'],
  },
  {
    kind: 'byte',
    title: 'encoder',
    lines: ['to 4 KiB copied', 'into a chunk, more', 'by reference; sealed'],
  },
  {
    kind: 'world',
    title: 'system',
    lines: ['one write for all;', 'full: the queue', 'begins to fill'],
  },
]

const into: readonly Stage[] = [
  {
    kind: 'plain',
    title: 'receive()',
    lines: ['the message is', 'made here, when', 'it is taken'],
  },
  { kind: 'message', title: 'pattern', lines: ['a fair queue:', 'one from each', 'pipe in turn'] },
  {
    kind: 'message',
    title: 'pipe',
    lines: ['an inbox of runs,', 'counted:', 'receiveHighWaterMark'],
  },
  {
    kind: 'byte',
    title: 'session',
    lines: ['stops reading', 'at the mark, and', 'answers heartbeats'],
  },
  {
    kind: 'byte',
    title: 'decoder',
    lines: ['opened, judged:', 'a run of whole', 'messages, as bytes'],
  },
  { kind: 'world', title: 'system', lines: ['read; not read:', 'TCP slows', 'the peer down'] },
]

const way: Figure = {
  width: 1054,
  height: 340,
  about: 'The way of a byte out, from send() to the system, and in, from the system to receive()',
  boxes: [...lane(40, 104, out), ...lane(180, 104, into)],
  arrows: [...between(92, true), ...between(232, false)],
  legend: LEGEND,
}

/** The drawings by the names of their files in docs/. */
export const figures: Readonly<Record<string, Figure>> = { 'layers.svg': layers, 'way.svg': way }

if (import.meta.url === pathToFileURL(String(process.argv[1])).href) {
  for (const [name, figure] of Object.entries(figures)) {
    writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), draw(figure))
  }
}
