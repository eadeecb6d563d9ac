/** The messages of the protocol, written down byte by byte as the README has them. */
export const wire = {
  ready: (credit: number) => [Buffer.of(1), u32(credit)],
  credit: (credit: number) => [Buffer.of(2), u32(credit)],
  heartbeat: () => [Buffer.of(3)],
  bye: () => [Buffer.of(4)],
  job: (input: string, number: number, ...body: string[]) => [5, input, number, ...body].map(frame),
  givenUp: (input: string, number: number, why: string) => [6, input, number, why].map(frame),
  end: (input: string, number: number) => [7, input, number].map(frame),
  result: (input: string, number: number, ...body: string[]) =>
    [8, input, number, ...body].map(frame),
  taken: (input: string, number: number) => [9, input, number].map(frame),
  done: (number: number) => [Buffer.of(10), u64(number)],
  failed: (number: number, why: string) => [Buffer.of(11), u64(number), Buffer.from(why)],
}

/** The command, the input and the number, and after them texts. */
function frame(value: string | number, index: number): Buffer {
  if (typeof value === 'string') return Buffer.from(value)
  return index === 0 ? Buffer.of(value) : u64(value)
}

export function u32(number: number): Buffer {
  return Buffer.from(number.toString(16).padStart(8, '0'), 'hex')
}

export function u64(number: number): Buffer {
  return Buffer.from(number.toString(16).padStart(16, '0'), 'hex')
}
