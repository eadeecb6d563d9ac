export type Library = typeof import('zerowire') | typeof import('zeromq')

/** The one place that tells the two apart: whoever gets a library from here can't say which it is. */
export function load(name: string): Promise<Library> {
  if (name === 'zerowire') return import('zerowire')
  if (name === 'zeromq') return import('zeromq')
  throw new Error(`no such library: ${name}`)
}
