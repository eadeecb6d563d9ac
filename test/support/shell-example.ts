/** An example of a page for a shell: a script, and what the comments at its end say that it prints. */
export function promisedByComments(example: string): [script: string, output: string] {
  const lines = example.trimEnd().split('\n')
  const begin = lines.findIndex((line) => line.startsWith('# '))
  const output = lines.slice(begin).map((line) => `${line.slice(2)}\n`)
  return [lines.slice(0, begin).join('\n'), output.join('')]
}

/** Ports may be in use: the same script, with a file in a folder of its own for each of them. */
export function withoutPorts(script: string, folder: string): string {
  return script
    .replaceAll(
      /(--bind-\w+|--listen) '?tcp:\/\/(?:\*|127\.0\.0\.1):(\d+)'?/g,
      `$1 ipc://${folder}/$2`,
    )
    .replaceAll(/'tcp:\/\/\*:(\d+)'/g, `--bind ipc://${folder}/$1`)
    .replaceAll(/tcp:\/\/127\.0\.0\.1:(\d+)/g, `ipc://${folder}/$1`)
}
