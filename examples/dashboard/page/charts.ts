import uPlot from 'uplot'
import { fill, find, stamp } from './dom.js'
import { number } from './format.js'
import type { History, Metric } from './history.js'
import type { ServiceView } from './watch.js'

interface Chart {
  readonly metric: Metric
  readonly title: string
  /** The top of the scale is at least this. */
  readonly floor: number
  readonly total: (services: readonly ServiceView[]) => string
}

interface Plot {
  readonly chart: Chart
  readonly figure: HTMLElement
  readonly place: HTMLElement
  readonly plot: uPlot
}

const charts: readonly Chart[] = [
  {
    metric: 'rate',
    title: 'Messages per second',
    floor: 10,
    total: (services) =>
      number(
        services
          .flatMap(({ sockets }) => sockets)
          .reduce((sum, { incoming }) => sum + (incoming.messages ?? 0), 0),
      ),
  },
  {
    metric: 'queue',
    title: 'Queued',
    floor: 10,
    total: (services) => number(add(services, 'queue')),
  },
  {
    metric: 'wait',
    title: 'Milliseconds in a queue, mean',
    floor: 1,
    total: (services) => number(Math.max(...services.map(({ wait }) => wait ?? 0))),
  },
  {
    metric: 'loss',
    title: 'Drops per second',
    floor: 5,
    total: (services) => `${number(add(services, 'lost'))} in all`,
  },
]

function add(services: readonly ServiceView[], what: Metric | 'lost'): number {
  return services.reduce((sum, service) => sum + (service[what] ?? 0), 0)
}

/** A line for each service, in four charts of the last minute. */
export class Charts {
  readonly #root: HTMLElement
  readonly #history: History
  readonly #resize: ResizeObserver
  #names = ''
  #plots: Plot[] = []

  constructor(root: HTMLElement, history: History) {
    this.#root = root
    this.#history = history
    this.#resize = new ResizeObserver(() => {
      for (const { place, plot } of this.#plots) plot.setSize(sizeOf(place))
    })
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => (this.#names = ''))
  }

  update(services: readonly ServiceView[]): void {
    const names = services.map(({ name }) => name)
    if (names.join() !== this.#names) this.#draw(names)
    for (const { chart, figure, plot } of this.#plots) {
      fill(figure, { value: chart.total(services) })
      plot.setData(this.#data(names, chart.metric))
    }
  }

  #draw(names: readonly string[]): void {
    this.#names = names.join()
    for (const { plot } of this.#plots) plot.destroy()
    this.#plots = charts.map((chart) => {
      const figure = stamp('chart')
      figure.dataset['metric'] = chart.metric
      fill(figure, { title: chart.title })
      const place = find('.plot', figure)
      const options = optionsFor(chart, names, find('.legend', figure))
      const plot = new uPlot(options, this.#data(names, chart.metric), place)
      this.#resize.observe(place)
      return { chart, figure, place, plot }
    })
    this.#root.replaceChildren(...this.#plots.map(({ figure }) => figure))
  }

  #data(names: readonly string[], metric: Metric): uPlot.AlignedData {
    return [[...this.#history.times], ...names.map((name) => this.#history.of(name, metric))]
  }
}

function optionsFor(
  { floor }: Chart,
  names: readonly string[],
  legend: HTMLElement,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: 300,
    height: 150,
    padding: [8, 14, 0, 0],
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(floor, most * 1.1)] } },
    axes: [
      {
        ...axis,
        size: 24,
        splits: () => [-60, -45, -30, -15, 0],
        values: (_, splits) => splits.map((at) => (at === 0 ? 'now' : `${at} s`)),
      },
      { ...axis, size: 36, space: 32 },
    ],
    series: [
      { label: 'at', value: (_, at) => `${number(at ?? 0)} s` },
      ...names.map((label, index) => ({
        label,
        stroke: colour(`--series-${index % 8}`),
        width: 1.75,
        points: { show: false },
        value: latest,
      })),
    ],
    cursor: { sync: { key: 'charts' }, y: false, drag: { x: false, y: false } },
    legend: {
      mount: (_, table) => legend.append(table),
      markers: { width: 0, fill: (_, index) => colour(`--series-${(index - 1) % 8}`) },
    },
  }
}

/** What is under the cursor, else the latest. */
function latest(plot: uPlot, value: number | null, series: number, index: number | null): string {
  const shown = index === null ? plot.data[series]?.at(-1) : value
  return shown === null || shown === undefined ? '–' : number(shown)
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: clientWidth, height: clientHeight }
}

/** A canvas does not know variables. */
function colour(variable: string): string {
  const probe = find('#counted')
  probe.style.color = `var(${variable})`
  const { color } = getComputedStyle(probe)
  probe.style.color = ''
  return color
}
