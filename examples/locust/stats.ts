import { createHash } from 'node:crypto'
import type { Value } from './msgpack.js'

/** What there is to say of one request. */
export interface Sample {
  /** Such as GET. */
  readonly method: string
  readonly name: string
  /** How long it took, in milliseconds. */
  readonly milliseconds: number
  /** How many bytes came back. */
  readonly length: number
  /** Why it failed; undefined if it did not. */
  readonly error?: string
}

type Table = Map<string | number, Value>

/** Counts for the requests of one name, in Locust's words. */
class Entry {
  readonly #fields: Table

  constructor(method: string, name: string) {
    this.#fields = new Map<string | number, Value>([
      ...[['name', name] as const, ['method', method] as const],
      ...[['last_request_timestamp', null] as const, ['start_time', Date.now() / 1000] as const],
      ...[['num_requests', 0] as const, ['num_none_requests', 0] as const],
      ...[['num_failures', 0] as const, ['total_response_time', 0] as const],
      ...[['max_response_time', 0] as const, ['min_response_time', null] as const],
      ['total_content_length', 0] as const,
      ...['response_times', 'num_reqs_per_sec', 'num_fail_per_sec'].map(
        (table) => [table, new Map<number, Value>()] as const,
      ),
    ])
  }

  get report(): Value {
    return this.#fields
  }

  add({ milliseconds, length, error }: Sample): void {
    const now = Date.now() / 1000
    const fields = this.#fields
    fields.set('last_request_timestamp', now)
    count(fields, 'num_requests')
    count(fields, 'total_response_time', milliseconds)
    count(fields, 'total_content_length', length)
    const least = fields.get('min_response_time') ?? milliseconds
    fields.set('min_response_time', Math.min(Number(least), milliseconds))
    fields.set('max_response_time', Math.max(Number(fields.get('max_response_time')), milliseconds))
    count(fields.get('response_times') as Table, rounded(milliseconds))
    count(fields.get('num_reqs_per_sec') as Table, Math.floor(now))
    if (error === undefined) return
    count(fields, 'num_failures')
    count(fields.get('num_fail_per_sec') as Table, Math.floor(now))
  }
}

function count(table: Table, key: string | number, by = 1): void {
  table.set(key, Number(table.get(key) ?? 0) + by)
}

/** To two digits, so that there are few of them. */
function rounded(milliseconds: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(milliseconds, 1))) - 1)
  return Math.round(milliseconds / unit) * unit
}

/** What has been measured since the master was last told. */
export class Stats {
  #entries = new Map<string, Entry>()
  #total = new Entry('', 'Aggregated')
  #errors = new Map<string, Table>()

  add(sample: Sample): void {
    const { method, name, error } = sample
    const key = `${method} ${name}`
    const entry = this.#entries.get(key) ?? new Entry(method, name)
    this.#entries.set(key, entry)
    entry.add(sample)
    this.#total.add(sample)
    if (error === undefined) return
    const id = createHash('sha256').update(`${key} ${error}`).digest('hex')
    const facts = { method, name, error, occurrences: 0 }
    const known = this.#errors.get(id) ?? new Map<string | number, Value>(Object.entries(facts))
    this.#errors.set(id, known)
    count(known, 'occurrences')
  }

  /** Takes all of it. */
  take(): Map<string, Value> {
    const report = new Map<string, Value>([
      ['stats', [...this.#entries.values()].map((entry) => entry.report)],
      ['stats_total', this.#total.report],
      ['errors', this.#errors],
    ])
    this.#entries = new Map()
    this.#total = new Entry('', 'Aggregated')
    this.#errors = new Map()
    return report
  }
}
