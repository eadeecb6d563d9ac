/**
 * The figures of sockets for Prometheus: `zerowire/prometheus`, in Node only.
 *
 *     createServer(prometheusHandler()).listen(9464)
 *
 * @module zerowire/prometheus
 */
import { FAMILIES, peerValuesOf, valuesOf, type Family, type Value } from './metrics/families.js'
import { measure, type MetricsOptions } from './metrics/sockets.js'

export type { MetricsOptions }

/** What else a text for Prometheus depends on. */
export interface PrometheusOptions extends MetricsOptions {
  /** What all names begin with. @default zerowire_ */
  readonly prefix?: string
  /** OpenMetrics 1.0 rather than version 0.0.4 of Prometheus's own format. @default false */
  readonly openMetrics?: boolean
}

const PLAIN = 'text/plain; version=0.0.4; charset=utf-8'
const OPEN = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** What a name may begin with. */
const PREFIX = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/

/**
 * The figures of sockets at this moment, as text. Every value has the labels `id`, `type` and `endpoint` of its
 * socket; with `perPeer` there are `zerowire_peer_...` too, with the `id`, and the peer's `peer_id`, `endpoint` and `peer`
 * (its address). There are as many lines as sockets, peers (at most `mostPeers` of each socket), directions and reasons
 * make. Each connection to a bound socket is a peer of its own: where they come and go, a server that keeps
 * all lines it has ever seen has many.
 *
 * @throws TypeError when the prefix cannot begin a name, RangeError when `mostPeers` is no number from 0 on.
 */
export function prometheusText(options: PrometheusOptions = {}): string {
  const { prefix = 'zerowire_', openMetrics = false } = options
  if (!PREFIX.test(prefix)) {
    throw new TypeError(`a prefix is of letters, digits, _ and :, not ${JSON.stringify(prefix)}`)
  }
  const measured = measure(options)
  const texts = FAMILIES.flatMap((family) => [
    textOf(`${prefix}${family.name}`, family, valuesOf(family, measured), openMetrics),
    textOf(`${prefix}peer_${family.name}`, family, peerValuesOf(family, measured), openMetrics),
  ])
  return texts.join('') + (openMetrics ? '# EOF\n' : '')
}

function textOf(
  name: string,
  { kind, help }: Family,
  values: readonly Value[],
  openMetrics: boolean,
): string {
  if (values.length === 0) return ''
  const type = kind === 'counter' ? kind : 'gauge'
  const sample = kind === 'counter' ? `${name}_total` : name
  // In OpenMetrics the name of the family is without what marks its samples.
  const family = openMetrics ? name : sample
  const lines = values.map(([labels, value]) => `${sample}{${labelsOf(labels)}} ${String(value)}\n`)
  return `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n${lines.join('')}`
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join()
}

/** Endpoints and names may have anything in them. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** A request of `node:http`, as far as the handler looks at it. */
export interface MetricsRequest {
  /** Its headers, in small letters. */
  readonly headers: {
    /** What the client can read, by which the handler chooses between the two formats. */
    readonly accept?: string | undefined
  }
}

/** A response of `node:http`, as far as the handler writes it. */
export interface MetricsResponse {
  /** Begins the response, always with status 200 and a `Content-Type`. */
  writeHead(
    status: number,
    headers: Record<string, string>,
  ): {
    /** Sends the text and ends the response. */
    end(text: string): unknown
  }
}

/**
 * Answers requests, of `node:http` or whatever calls its handlers in the same way, with the figures of that
 * moment: in OpenMetrics where the request accepts that, else in the older format. Which requests
 * come here is for others to decide.
 *
 * @throws TypeError, RangeError as `prometheusText()`, at once.
 */
export function prometheusHandler(
  options: Omit<PrometheusOptions, 'openMetrics'> = {},
): (request: MetricsRequest, response: MetricsResponse) => void {
  prometheusText(options)
  return ({ headers }, response) => {
    const openMetrics = headers.accept?.includes('application/openmetrics-text') === true
    const text = prometheusText({ ...options, openMetrics })
    response.writeHead(200, { 'Content-Type': openMetrics ? OPEN : PLAIN }).end(text)
  }
}
