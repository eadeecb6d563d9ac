import { InvalidArgumentError } from 'commander'

/** Reads a whole number from `least` on. */
export function whole(least: number, unit: string = ''): (text: string) => number {
  const expected = `Expected a whole number${unit} from ${String(least)} on.`
  return (text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least || value > 2 ** 31) {
      throw new InvalidArgumentError(expected)
    }
    return value
  }
}

/** Milliseconds, of which there must be some. */
export const duration: (text: string) => number = whole(1, ' of milliseconds')

/** Options that may come several times: all their values. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

const ESCAPES: Readonly<Record<string, string>> = { '\\t': '\t', '\\0': '\0', '\\\\': '\\' }

/** A text between parts: `\t` and `\0` cannot be typed everywhere. */
export function separator(text: string): string {
  const plain = text.replaceAll(/\\[t0\\]/g, (escape) => ESCAPES[escape] ?? escape)
  if (plain === '' || plain.includes('\n')) {
    throw new InvalidArgumentError('Expected a text of at least one character, without a newline.')
  }
  return plain
}

/** An endpoint has a scheme; what comes behind it is judged by its transport. */
export function endpoint(text: string): string {
  if (/^[a-z]+:\/\/./.test(text)) return text
  throw new InvalidArgumentError('Expected scheme://address, such as tcp://127.0.0.1:5555.')
}

/** Endpoints of an option that may come several times. */
export function endpoints(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, endpoint(text)]
}
