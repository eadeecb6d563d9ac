import { MultiBar, Presets } from 'cli-progress'
import { perSecond } from './format.js'
import type { Progress } from './messages.js'

const lineInterval = 500

export interface ProgressDisplay {
  /** To be called as often as there is news: it decides itself what to draw. */
  show(progress: Progress): void
  end(): void
}

/** Live bars on a terminal, else a plain line now and then. */
export function progressDisplay(files: number, workers: readonly string[]): ProgressDisplay {
  return process.stdout.isTTY ? bars(files, workers) : lines(files)
}

function bars(files: number, workers: readonly string[]): ProgressDisplay {
  const start = performance.now()
  const format = '  {who} {bar} {percentage}% {value} files  {rate}'
  const display = new MultiBar(
    { format, barsize: 25, autopadding: true, stream: process.stdout },
    Presets.shades_classic,
  )
  const rows = ['all', ...workers].map((who) => ({
    who,
    bar: display.create(files, 0, { who: who.padEnd(11), rate: '' }),
  }))
  return {
    show(progress) {
      for (const { who, bar } of rows) {
        const share = who === 'all' ? progress : progress.shares[who]
        if (share) bar.update(share.files, { rate: perSecond(share, start) })
      }
    },
    end: () => display.stop(),
  }
}

function lines(files: number): ProgressDisplay {
  const start = performance.now()
  let due = start + lineInterval
  let done = false
  return {
    show(progress) {
      const complete = progress.files === files
      if (done || (performance.now() < due && !complete)) return
      due = performance.now() + lineInterval
      done = complete
      const percentage = Math.floor((100 * progress.files) / files)
      const shares = Object.entries(progress.shares).map(([who, share]) => `${who} ${share.files}`)
      console.log(`  ${percentage}%  ${perSecond(progress, start)}  ${shares.sort().join('  ')}`)
    },
    end: () => undefined,
  }
}
