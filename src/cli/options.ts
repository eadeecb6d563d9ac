import { Option, type Command } from 'commander'
import { FRAMINGS } from './framing.js'
import { duration, endpoints, separator, several, whole } from './values.js'

/** One option: how it is written, what it means, how its value is read. */
function add(
  command: Command,
  flags: string,
  description: string,
  parse?: (text: string, before: never) => unknown,
): Command {
  const option = new Option(flags, description)
  if (parse !== undefined) option.argParser(parse as (text: string, before: unknown) => unknown)
  return command.addOption(option)
}

/** Options of every command that does something: how much it says. */
export function addLoudness(command: Command): void {
  command.optionsGroup('What is said on stderr:')
  add(command, '-q, --quiet', 'errors only')
  add(command, '-v, --verbose', 'every event of the connections')
}

/** Options about endpoints. */
export function addEndpoints(command: Command): void {
  command.argument(
    '[endpoints...]',
    'bound if host or port is *, as in tcp://*:5555, and connected otherwise',
  )
  command.optionsGroup('Endpoints:')
  add(command, '--bind <endpoint>', 'wait for peers there (several times)', endpoints)
  add(command, '--connect <endpoint>', 'connect there (several times)', endpoints)
}

/** Options of every socket. */
export function addSocket(command: Command): void {
  command.optionsGroup('Connections:')
  add(command, '--ipv6', 'allow IPv6 beside IPv4')
  add(
    command,
    '--linger <ms>',
    'how long messages may take to leave in the end (default: -1, no limit)',
    whole(-1, ' of milliseconds'),
  )
  add(
    command,
    '--hwm <n>',
    'messages that may be queued for, and from, each peer (default: 1000; 0: no limit)',
    whole(0),
  )
  addSecurity(command)
}

/** Options about limits in time and number. @param what is counted. */
export function addLimits(command: Command, what: string, late: string): void {
  command.optionsGroup('Limits:')
  add(command, '-n, --count <n>', `end after so many ${what}`, whole(1))
  add(command, '-t, --timeout <ms>', `end with exit code 3 when ${late}`, duration)
}

function addSecurity(command: Command): void {
  command.optionsGroup(
    'Security (keys are 40 characters of Z85 or certificate files, see "zerowire keygen"):',
  )
  add(
    command,
    '--curve-server <key>',
    'CURVE: connect to the owner of this public key, and to nobody else',
  )
  add(
    command,
    '--curve-accept <folder>',
    'CURVE: be the server, for whose public certificates are there; "any": for everybody',
  )
  command.addOption(
    new Option(
      '--curve-secret <file>',
      'CURVE: our own secret key; without it a client has a new one each time',
    ).env('ZEROWIRE_CURVE_SECRET'),
  )
  add(command, '--curve-key <key>', 'CURVE: the public key to it, if --curve-secret is no file')
  add(command, '--plain-username <name>', 'PLAIN: who we are, or, as the server, who may come in')
  command.addOption(
    new Option('--plain-password <text>', 'PLAIN: the password to it, better not written here').env(
      'ZEROWIRE_PLAIN_PASSWORD',
    ),
  )
  add(command, '--plain-server', 'PLAIN: be the server, for this one user')
}

/** Options about what is on stdin and stdout. */
export function addFraming(command: Command): void {
  command.optionsGroup('Messages on stdin and stdout:')
  command.addOption(
    new Option(
      '-f, --framing <kind>',
      'lines: one each; json: one a line, binary parts too; raw: bytes',
    )
      .choices(FRAMINGS)
      .default('lines'),
  )
  add(
    command,
    '-d, --delimiter <text>',
    'what parts have between them in a line; \\t and \\0 are understood',
    separator,
  )
  add(
    command,
    '--size <bytes>',
    'with raw: cut stdin into messages of this size (default: all of it is one)',
    whole(1, ' of bytes'),
  )
  add(command, '--rate', 'say every second how many messages and bytes there were')
}

/** Options of those who send. */
export function addSource(command: Command): void {
  add(
    command,
    '-m, --message <text>',
    'send this instead of stdin (several times); with --count, over and over',
    several,
  )
  add(command, '--interval <ms>', 'with --message: over and over, with so long a pause', duration)
}

/** Options that only some sockets have, by their names. */
export const SPECIAL: Readonly<Record<string, (command: Command) => void>> = {
  subscribe: (command) =>
    add(
      command,
      '-s, --subscribe <topic>',
      'messages that begin so (several times; default: all)',
      several,
    ),
  join: (command) =>
    add(command, '-j, --join <group>', 'a group to listen to (several times)', several),
  identity: (command) =>
    add(command, '-i, --identity <id>', 'the routing id that peers know us by'),
  wait: (command) =>
    add(
      command,
      '-w, --wait <n>',
      'send nothing until so many peers are there, and have subscribed',
      whole(1),
    ),
  noDrop: (command) =>
    add(command, '--no-drop', 'wait for subscribers that are slow instead of dropping'),
}
