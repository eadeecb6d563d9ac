import { parse, View, type Spec } from 'vega'
import { factor, type RowResult } from './results.js'

/** Middle tones: the background is transparent, and may be light or dark. */
const COLOURS = { text: '#7d8590', grid: '#7d859055', better: '#2da44e', worse: '#d4762c' }

const ROW_HEIGHT = 20
const WIDTH = 520

/** How many times better than the native binding, row by row, as SVG. */
export function chart(rows: readonly RowResult[]): Promise<string> {
  const compared = rows.filter(({ libraries }) => libraries.native !== undefined)
  return new View(parse(specification(lines(compared))), { renderer: 'none' }).toSVG()
}

interface Line {
  readonly key: string
  readonly text: string
  readonly heading: boolean
  readonly ratio?: number
  readonly label?: string
}

/** A line for each row, and one above each group. */
function lines(rows: readonly RowResult[]): Line[] {
  const groups = new Set(rows.map(({ group }) => group))
  return [...groups].flatMap((group) => [
    { key: group, text: group, heading: true },
    ...rows
      .filter((row) => row.group === group)
      .map(({ name, title, ratio }) => ({
        ...{ key: name, text: title, heading: false, label: factor(ratio) },
        ...(ratio === null ? {} : { ratio }),
      })),
  ])
}

function specification(values: Line[]): Spec {
  const ratios = values.flatMap(({ ratio }) => ratio ?? [])
  const label = {
    y: { scale: 'y', field: 'key', offset: ROW_HEIGHT / 2 },
    baseline: { value: 'middle' },
    fill: { value: COLOURS.text },
  } as const
  return {
    width: WIDTH,
    height: values.length * ROW_HEIGHT,
    padding: 8,
    autosize: 'pad',
    config: { text: { font: 'system-ui, sans-serif', fontSize: 12 } },
    data: [{ name: 'lines', values }],
    scales: [
      { name: 'y', type: 'band', domain: values.map(({ key }) => key), range: 'height' },
      {
        name: 'x',
        type: 'log',
        domain: [Math.min(0.5, ...ratios), Math.max(20, ...ratios) * 1.3],
        range: 'width',
      },
    ],
    axes: [
      {
        scale: 'x',
        orient: 'top',
        values: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
        grid: true,
        ticks: false,
        domain: false,
        gridColor: COLOURS.grid,
        labelColor: COLOURS.text,
        encode: { labels: { update: { text: { signal: "datum.value + 'x'" } } } },
        title: 'zerowire against the native binding: right of 1x is better (log scale)',
        titleColor: COLOURS.text,
        titleFontWeight: 'normal',
      },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'lines' },
        encode: {
          enter: {
            x: { scale: 'x', value: 1 },
            x2: { scale: 'x', signal: 'datum.ratio || 1' },
            y: { scale: 'y', field: 'key', offset: 3 },
            height: { value: ROW_HEIGHT - 6 },
            cornerRadius: { value: 2 },
            fill: [{ test: 'datum.ratio >= 1', value: COLOURS.better }, { value: COLOURS.worse }],
          },
        },
      },
      {
        type: 'rule',
        encode: {
          enter: {
            x: { scale: 'x', value: 1 },
            y: { value: 0 },
            y2: { signal: 'height' },
            stroke: { value: COLOURS.text },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'lines' },
        encode: {
          enter: {
            ...label,
            x: { value: -12 },
            align: { value: 'right' },
            text: { field: 'text' },
            fontWeight: [{ test: 'datum.heading', value: 'bold' }, { value: 'normal' }],
          },
        },
      },
      {
        type: 'text',
        from: { data: 'lines' },
        encode: {
          enter: {
            ...label,
            x: { scale: 'x', signal: 'max(datum.ratio || 1, 1)', offset: 6 },
            text: { field: 'label' },
          },
        },
      },
    ],
  }
}
