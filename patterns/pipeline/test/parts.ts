import { track } from '../../../test/support/track.js'
import { trackAll } from '../../common/test/tracked.js'
import { ManualClock } from '../../clock/index.js'
import {
  Sink,
  Ventilator,
  Worker,
  type Job,
  type Outcome,
  type SinkOptions,
  type VentilatorOptions,
  type WorkerOptions,
} from '../index.js'

type Connecting = Parameters<typeof track>[0] & { connect(endpoint: string): void }

/** A ventilator and a sink on the clock of the test, what the sink took, and workers as many as it likes. */
export class Pipeline {
  readonly clock = new ManualClock()
  readonly outcomes: string[] = []
  readonly ventilator: Ventilator
  readonly sink: Sink
  #jobs = ''
  #results = ''

  private constructor(options: Partial<VentilatorOptions>, sinkOptions: Partial<SinkOptions>) {
    const { clock } = this
    const take = (outcome: Outcome): void => void this.outcomes.push(told(outcome))
    this.ventilator = trackAll(new Ventilator({ input: 'in', clock, ...options }))
    this.sink = trackAll(new Sink({ take, ...sinkOptions }))
  }

  static async start(
    options: Partial<VentilatorOptions> = {},
    sinkOptions: Partial<SinkOptions> = {},
  ): Promise<Pipeline> {
    const pipeline = new Pipeline(options, sinkOptions)
    pipeline.#jobs = await pipeline.ventilator.bind('tcp://127.0.0.1:*')
    pipeline.#results = await pipeline.sink.bind('tcp://127.0.0.1:*')
    return pipeline
  }

  get ends(): Pick<WorkerOptions, 'ventilators' | 'sink'> {
    return { ventilators: [this.#jobs], sink: this.#results }
  }

  worker(options: Partial<WorkerOptions> = {}): Worker {
    const { clock, ends } = this
    return trackAll(new Worker({ ...ends, clock, work: upper, ...options }))
  }

  /** A socket of the test's own, connected to one of the two. */
  connect<S extends Connecting>(socket: S, to: 'ventilator' | 'sink'): S {
    socket.connect(to === 'sink' ? this.#results : this.#jobs)
    return track(socket)
  }
}

/** A pipeline in its parts, for tests that name them. */
export async function start(
  ...options: Parameters<typeof Pipeline.start>
): Promise<Pick<Pipeline, 'ventilator' | 'sink' | 'clock' | 'outcomes' | 'connect' | 'worker'>> {
  const pipeline = await Pipeline.start(...options)
  const { ventilator, sink, clock, outcomes } = pipeline
  const connect = pipeline.connect.bind(pipeline)
  return { ventilator, sink, clock, outcomes, connect, worker: pipeline.worker.bind(pipeline) }
}

/** The work of most tests. */
export function upper({ body }: Job): string {
  return body.join(' ').toUpperCase()
}

/** An outcome in one line. */
export function told(outcome: Outcome): string {
  const { input, number, kind } = outcome
  const what = { result: '', givenUp: 'given up: ', end: 'end' }[kind]
  if (kind === 'end') return `${input} ${number} ${what}`
  const text = kind === 'result' ? outcome.body.join(' ') : outcome.reason
  return `${input} ${number} ${what}${text}`
}
