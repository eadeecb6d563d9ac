import { format, inspect } from 'node:util'

/**
 * Runs modules one after the other, each from the file whose URL the parent process sends, and answers
 * with what each one printed. It ends by itself once the parent lets go of it, unless a module has left
 * something that keeps a process alive.
 */
process.on('message', (url) => {
  void run(String(url)).then((result) => process.send?.(result))
})

async function run(url: string): Promise<{ output: string; error?: string }> {
  const lines: string[] = []
  console.log = (...values: unknown[]) => {
    lines.push(`${format(...values)}\n`)
  }
  try {
    await import(url)
    return { output: lines.join('') }
  } catch (error) {
    return { output: lines.join(''), error: inspect(error) }
  }
}
