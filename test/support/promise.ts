/**
 * What a program says that it prints, as something to hold its output against: the lines under
 * `// Prints:` at its end, or else the comment behind each `console.log()`. `…` stands for anything.
 */
export function promisedOutput(program: string): RegExp {
  const [, listed] = program.split('// Prints:\n')
  const text = listed?.replaceAll(/^\/\/ {3}/gm, '') ?? behindCalls(program)
  const parts = text.split('…').map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`)
}

function behindCalls(program: string): string {
  const comments = program.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)
  return [...comments].map(([, text]) => `${String(text)}\n`).join('')
}
