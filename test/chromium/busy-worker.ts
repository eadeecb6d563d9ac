import { Push } from 'zerowire'
import { nextTurn } from '../support/turn.js'

/** Says so, and from then on does not come to do anything. */
globalThis.onmessage = async ({ data }: MessageEvent<string>) => {
  const push = new Push()
  push.connect(data)
  await push.send('about to be busy')
  while (push.stats.queued.outgoing > 0) await nextTurn()
  for (;;);
}
