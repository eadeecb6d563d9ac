/**
 * Runs cells on a Jupyter kernel, one for each argument, and shows what they show as it comes. Ctrl-C
 * interrupts the cell that runs. Wants Debian's package python3-ipykernel.
 *
 *     npx tsx examples/jupyter/main.ts 'import math' 'print("working")' 'math.pi'
 *
 * shell and control (DEALER), iopub (SUB) and the heartbeat (REQ) are sockets of zerowire; the kernel's are
 * libzmq's.
 */

import type { Output } from './client.js'
import { LocalKernel, PYTHON } from './kernel.js'

const kernel = await LocalKernel.start(PYTHON)
process.on('SIGINT', () => void kernel.interrupt())

function show(output: Output): void {
  switch (output.type) {
    case 'stream':
      process[output.name].write(output.text)
      return
    case 'result':
    case 'display':
      console.log(String(output.data['text/plain']))
      return
    case 'error':
      console.error(output.traceback.join('\n'))
  }
}

for (const code of process.argv.slice(2)) {
  const { status } = await kernel.client.execute(code, show)
  if (status === 'ok') continue
  process.exitCode = 1
  break
}
await kernel.shutdown()
