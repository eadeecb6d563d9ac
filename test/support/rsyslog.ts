import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, onTestFinished } from 'vitest'
import { PYTHON } from './pyzmq.js'
import { requires } from './requires.js'
import { temporaryDirectory } from './transports.js'
import { WakeUp } from './wake-up.js'

const DAEMON = '/usr/sbin/rsyslogd'

/** Skips the tests of a file where there is no rsyslog that speaks ZMTP. */
export function requireRsyslog(): void {
  beforeEach(requires('rsyslog', () => existsSync(DAEMON)))
  beforeEach(
    requires(
      'rsyslog-czmq',
      () => spawnSync('dpkg-query', ['--list', 'rsyslog-czmq']).status === 0,
    ),
  )
}

/** Parameters of rsyslog's configuration, by name. */
type Parameters = Readonly<Record<string, string>>

function written(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ')
}

/** Runs until the test ends. */
function start(folder: string, lines: readonly string[]): WakeUp {
  const configuration = join(folder, 'rsyslog.conf')
  writeFileSync(configuration, `${lines.join('\n')}\n`)
  const child = spawn(DAEMON, ['-n', '-f', configuration, '-i', join(folder, 'pid')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const news = new WakeUp()
  const exit = once(child, 'exit').then(() => {
    news.end(new Error('rsyslogd has ended'))
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exit
  })
  return news
}

/**
 * An rsyslogd that reads a file and sends its lines, as `configuration` says: what is there for
 * `action(type="omczmq")` to take, the line without anything else under `template="line"`.
 * @returns what writes lines to the file.
 */
export function sendingRsyslog(...configuration: string[]): (...lines: string[]) => void {
  const folder = temporaryDirectory()
  const path = join(folder, 'input')
  const log = (...lines: string[]): void => {
    appendFileSync(path, lines.map((line) => `${line}\n`).join(''))
  }
  log()
  start(folder, [
    `global(workDirectory="${folder}")`,
    'module(load="imfile")',
    `input(type="imfile" file="${path}" tag="test:")`,
    'template(name="line" type="string" string="%msg%")',
    ...configuration,
  ])
  return log
}

/** With the given parameters of `omczmq`, and of a socket of it, sends the lines as they are. */
export function omczmq(
  security: Parameters,
  socket: Parameters,
): ReturnType<typeof sendingRsyslog> {
  return sendingRsyslog(
    `module(load="omczmq" ${written(security)})`,
    `action(type="omczmq" template="line" ${written(socket)})`,
  )
}

/**
 * An rsyslogd that logs what it receives, with the given parameters of `imczmq`, and of a socket of it.
 * @returns what waits for the next line of its log.
 */
export function imczmq(security: Parameters, socket: Parameters): () => Promise<string> {
  const folder = temporaryDirectory()
  const path = join(folder, 'output')
  writeFileSync(path, '')
  const news = start(folder, [
    `global(workDirectory="${folder}")`,
    'template(name="line" type="string" string="%rawmsg%\\n")',
    `module(load="imczmq" ${written(security)})`,
    `input(type="imczmq" ${written(socket)})`,
    `if $inputname == "imczmq" then action(type="omfile" template="line" file="${path}")`,
  ])
  const watcher = watch(path, () => {
    news.notify()
  })
  onTestFinished(() => {
    watcher.close()
  })
  let seen = 0
  return async () => {
    const line = await news.until(() => {
      const lines = readFileSync(path, 'utf8').split('\n')
      return seen < lines.length - 1 ? lines[seen] : undefined
    })
    seen += 1
    return line
  }
}

/** The library is there where rsyslog's modules are. */
const CERTIFICATE = `
import ctypes, sys
czmq = ctypes.CDLL("libczmq.so.4")
czmq.zcert_new.restype = ctypes.c_void_p
certificate = ctypes.c_void_p(czmq.zcert_new())
czmq.zcert_set_meta(certificate, b"name", b"%s", sys.argv[2].encode())
sys.exit(czmq.zcert_save(certificate, sys.argv[1].encode()))
`

/** Has czmq write a certificate with a name, and beside it the secret one. */
export async function czmqMakes(path: string, name: string): Promise<void> {
  await promisify(execFile)(PYTHON, ['-c', CERTIFICATE, path, name])
}
