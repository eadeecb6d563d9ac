import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Cli, cliProgram, type Ended } from '../support/cli.js'
import { projectRoot } from '../support/program.js'

const ENDPOINT = 'tcp://127.0.0.1:5555'

/** What makes no sense, and what is said of it. */
const MISUSES: readonly (readonly [args: string, expected: string | RegExp])[] = [
  ['', 'Usage: zerowire <command>'],
  ['push', 'no endpoint: expected one such as tcp://127.0.0.1:5555'],
  ['nonsense', "unknown command 'nonsense'"],
  [`push ${ENDPOINT} --nonsense`, "unknown option '--nonsense'"],
  ['push nonsense', /nonsense: EINVAL: .*expected scheme:\/\/address/],
  ['push abc://x', /abc:\/\/x: EPROTONOSUPPORT/],
  ['push tcp://127.0.0.1:99999', 'expected a port of 1 to 65535'],
  ['push --bind nonsense', 'Expected scheme://address'],
  ['push --connect nonsense', 'Expected scheme://address'],
  [`push ${ENDPOINT} -n 0`, "argument '0' is invalid. Expected a whole number from 1 on."],
  [`push ${ENDPOINT} -n 1.5`, "argument '1.5' is invalid"],
  [
    `push ${ENDPOINT} -t soon`,
    "argument 'soon' is invalid. Expected a whole number of milliseconds",
  ],
  [
    `push ${ENDPOINT} --linger -2`,
    "argument '-2' is invalid. Expected a whole number of milliseconds from -1",
  ],
  [`push ${ENDPOINT} --hwm -1`, "argument '-1' is invalid"],
  [`push ${ENDPOINT} --interval x`, "argument 'x' is invalid"],
  [`push ${ENDPOINT} --wait 0`, "argument '0' is invalid"],
  [`push ${ENDPOINT} -f xml`, 'Allowed choices are lines, json, raw'],
  [`push ${ENDPOINT} -f raw --size 0`, "argument '0' is invalid"],
  [`push ${ENDPOINT} --size 5`, '--size is for --framing raw, not lines'],
  [`push ${ENDPOINT} -f json -d x`, '--delimiter is for --framing lines, not json'],
  [`router ${ENDPOINT} -f raw`, '--framing raw has no place for the routingId'],
  [`dish ${ENDPOINT}`, 'a dish hears nothing without --join'],
  [`rep ${ENDPOINT} --echo --text x`, '--echo, --text and --exec exclude each other'],
  [`rep ${ENDPOINT} --echo --jobs 2`, '--jobs is for --exec'],
  ['proxy pump', 'Allowed choices are forwarder, streamer, queue'],
  ['proxy queue', 'no frontend: expected --bind-frontend or --connect-frontend'],
  ['monitor', 'no endpoint'],
  [`monitor ${ENDPOINT} --type x`, 'Allowed choices are req, rep, push'],
  ['bench speed', 'Allowed choices are throughput, latency'],
  ['bench latency --receive', '--receive is for throughput'],
  ['bench latency -n 10000001', '--count 10000001: expected at most 10000000'],
  ['bench latency --curve-server x', 'there is no such file'],
  ['dump', 'expected one of these: an endpoint, --client and --server'],
  ['dump --pcap x --client y', 'expected one of these'],
  ['dump --pcap x --listen tcp://127.0.0.1:*', '--listen is for an endpoint'],
  ['dump tcp://127.0.0.1', 'expected tcp://host:port or ipc://path'],
  [`dump ${ENDPOINT} --bytes many`, "argument 'many' is invalid"],
  ['keygen --metadata a=b', '--metadata is for --output'],
  ['keygen -o x --json', '--json and --output exclude each other'],
  ['completion tcsh', 'Allowed choices are bash, zsh, fish'],
  [
    `push ${ENDPOINT} --curve-secret package.json`,
    '--curve-server with the public key of whom we connect to, or',
  ],
  [
    `push ${ENDPOINT} --curve-server package.json`,
    /package\.json: .*no public-key under curve|line \d+/,
  ],
  [`push ${ENDPOINT} --curve-accept any`, '--curve-accept takes --curve-secret'],
  [
    `push ${ENDPOINT} --plain-username x`,
    'PLAIN takes --plain-username, and ZEROWIRE_PLAIN_PASSWORD',
  ],
  [`push ${ENDPOINT} --plain-username x --curve-accept any`, 'exclude each other'],
]

/** All of them, a few at a time: most of a process is its start. */
async function runAll(lines: readonly string[]): Promise<Ended[]> {
  const results: Ended[] = []
  const waiting = [...lines.entries()]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, line] = next
      results[index] = await Cli.run(line === '' ? [] : line.split(' '))
    }
  }
  await Promise.all(Array.from({ length: 4 }, work))
  return results
}

describe('a command line that makes no sense', () => {
  it('ends with exit code 2, and says what was expected', async () => {
    const results = await runAll(MISUSES.map(([line]) => line))
    for (const [index, { code, errors, output }] of results.entries()) {
      const [line = '', expected = ''] = MISUSES[index] ?? []
      expect.soft(errors, line).toMatch(expected)
      expect.soft({ code, output }, line).toEqual({ code: 2, output: '' })
    }
  })
})

describe('help', () => {
  it('is there for every command, with examples', async () => {
    const { output } = await Cli.run(['--help'])
    const commands = [...output.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name ?? '')
    expect(commands).toHaveLength(24)
    expect(output).toContain('Exit codes: 0 done')
    const helps = await runAll(commands.map((name) => `${name} --help`))
    for (const [index, { code, output: help }] of helps.entries()) {
      expect.soft(help).toMatch(/\nExamples:\n {2}# .+\n {2}.*zerowire/)
      expect.soft(help).toContain(`Usage: zerowire ${commands[index] ?? ''}`)
      expect.soft(code).toBe(0)
    }
  })
})

it('minds nobody who has seen enough of its help', async () => {
  const cli = Cli.start(['--help'])
  cli.closeOutput()
  expect(await cli.ended()).toEqual({ code: 141, output: '', errors: '' })
})

it('is the program of the package, and knows its version', async () => {
  const manifest = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
    version: string
    bin: Record<string, string>
  }
  expect(join(projectRoot, manifest.bin['zerowire'] ?? '')).toBe(cliProgram)
  expect(await Cli.run(['--version'])).toEqual({
    code: 0,
    output: `${manifest.version}\n`,
    errors: '',
  })
})
