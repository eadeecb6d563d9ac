import { Request, Subscriber } from 'zerowire'
import type { Progress } from '../../demo/messages.js'
import { reportSockets, type Report } from '../../demo/socket-report.js'
import { offerQuestions } from './ask.js'
import { Charts } from './charts.js'
import { find } from './dom.js'
import { count, megabytes } from './format.js'
import { Graph } from './graph.js'
import { History } from './history.js'
import { Sockets } from './sockets.js'
import { edgesOf, layersOf } from './topology.js'
import { Watch } from './watch.js'

const interval = 250

// A connection that is silently lost is noticed by its heartbeats, and made again.
const options = { linger: 0, reconnectMaxInterval: 1000, heartbeatInterval: 2000 }
const live = new Subscriber(options)
const asks = new Request({ ...options, relaxed: true, correlate: true, receiveTimeout: 3000 })

const watch = new Watch()
const history = new History(performance.now())
const graph = new Graph(find('.graph'))
const table = new Sockets(find('#sockets tbody'))
const charts = new Charts(find('#charts'), history)
offerQuestions(find('#ask'), asks)

showConnection()
live.connect(`ws://${location.host}/live`)
asks.connect(`ws://${location.host}/ask`)
live.subscribe()
setInterval(draw, interval)

for await (const [topic, news] of live) {
  const content: unknown = JSON.parse(String(news))
  if (String(topic) === 'progress') watch.progress = content as Progress
  else watch.add(String(topic), content as Report, performance.now())
}

function draw(): void {
  const now = performance.now()
  const sockets = reportSockets({ live, asks })
  watch.add('this page', { library: 'zerowire', process: 'browser', at: now, sockets }, now)

  const views = watch.views(now)
  const edges = edgesOf(views)
  const layers = layersOf(views, edges)
  const rank = ({ name }: { name: string }): string =>
    [layers.get(name), ...name.split('#').reverse()].join()
  views.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  history.push(views, now)
  charts.update(views)
  // Until others report there is only this page.
  if (views.length === 1) return

  find('.waiting').hidden = true
  find('.graph').hidden = false
  find('#sockets').hidden = false
  graph.update(views, layers, edges)
  table.update(views)
  const { files, bytes } = watch.progress
  find('#counted').textContent =
    files === 0 ? '' : `${count(files, 'file')}, ${megabytes(bytes)} counted`
}

function showConnection(): void {
  const badge = find('#connection')
  const show = (state: 'connected' | 'reconnecting'): void => {
    badge.dataset['state'] = badge.textContent = state
    find('#banner').hidden = state === 'connected'
  }
  live.events.on('handshake', () => show('connected'))
  live.events.on('disconnect', () => show('reconnecting'))
}
