import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { projectRoot } from '../support/program.js'

/** What others have suffered from. A reader who looks for one of them finds the tests of it. */
const known = [
  ...['CVE-2014-7202', 'CVE-2014-7203', 'CVE-2014-9721', 'CVE-2016-7938', 'CVE-2019-6250'],
  ...['CVE-2019-13132', 'CVE-2020-15166', 'CVE-2020-36400', 'CVE-2021-20234', 'CVE-2021-20235'],
  ...['CVE-2021-20236', 'CVE-2021-20237'],
  ...['libzmq#769', 'libzmq#1224', 'libzmq#1488', 'libzmq#2942', 'libzmq#3072', 'libzmq#4208'],
  ...['libzmq#4599', 'libzmq#4767', 'LIBZMQ-569', 'LIBZMQ-868', 'zmq.rs#132', 'omq.rs#206'],
  ...['c733067d', '16684328', 'b02bdd56', '334e837b', '15408f56', '0e61bce5', '9d319655'],
  ...['e357cd32', '3be093c2', 'af11df08', 'acef50b8'],
  ...['jeromq#1005', 'netmq#1168', 'netmq#225', 'jszmq#18'],
  ...['GHSA-2mhh-w6q8-5hxw', 'CVE-2016-10518', 'NSP-120', 'CVE-2016-10542', 'NSP-550'],
  ...['GHSA-5v72-xg48-5rpm', 'CVE-2020-7662', 'CVE-2021-32640', 'CVE-2024-37890'],
  ...['CVE-2026-45736', 'CVE-2026-48779', 'ws#2331'],
]

const folder = join(projectRoot, 'test/hostile')
const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('register'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))

it.each(known)('%s has a test', (name) => {
  expect(texts.some((text) => text.includes(name))).toBe(true)
})
