import { execFile } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import { curveKeyPair } from 'zerowire'
import { readCertificate, readCertificates, writeCertificate } from 'zerowire/certificates'
import { PYTHON, requirePyzmq } from '../support/pyzmq.js'
import { temporaryDirectory } from '../support/transports.js'

const run = promisify(execFile)
const keys = curveKeyPair()

/** As czmq 4.2.1 writes it. */
const CZMQ = `#   ****  Generated on 2026-11-22 18:13:55 by CZMQ  ****
#   ZeroMQ CURVE **Secret** Certificate
#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.

metadata
    name = "Peter # 'the' Great"
    email = "peter@example.com"
curve
    public-key = "H}?OuE?r255TnUx6hVxB@qy?](-z*vD+Ll:{f8e/"
    secret-key = "^[yC%OYzHZb.LY-vWGECg)>4Sw#?Dt!G7)wMor=c"
`

async function written(text: string): Promise<string> {
  const path = join(temporaryDirectory(), 'certificate')
  await writeFile(path, text)
  return path
}

describe('a certificate', () => {
  it('of czmq is read', async () => {
    expect(await readCertificate(await written(CZMQ))).toEqual({
      publicKey: 'H}?OuE?r255TnUx6hVxB@qy?](-z*vD+Ll:{f8e/',
      secretKey: '^[yC%OYzHZb.LY-vWGECg)>4Sw#?Dt!G7)wMor=c',
      metadata: { name: "Peter # 'the' Great", email: 'peter@example.com' },
    })
    const open = CZMQ.replace(/ {4}secret-key.*\n/, '').replaceAll('\n', '\r\n')
    expect(await readCertificate(await written(open))).not.toHaveProperty('secretKey')
  })

  it('may have quotes, comments and other sections, or not', async () => {
    const text = `
curve # keys
    public-key = '${keys.publicKey}'   # for everybody
other
    public-key = "not this one"
metadata
    plain = some words   # and a comment
    empty =
    "odd = 5
`
    expect(await readCertificate(await written(text))).toEqual({
      publicKey: keys.publicKey,
      metadata: { plain: 'some words', empty: '', '"odd': '5' },
    })
  })

  it('is written for everybody, and for its owner alone', async () => {
    const path = join(temporaryDirectory(), 'anna')
    const metadata = { name: 'Anna "the" First', motto: "it's" }
    await writeCertificate(path, { ...keys, metadata })
    const [{ mode }, { mode: secretMode }] = [await stat(path), await stat(`${path}_secret`)]
    expect([mode & 0o044, secretMode & 0o777]).toEqual([0o044, 0o600])
    expect(await readCertificate(path)).toEqual({ publicKey: keys.publicKey, metadata })
    expect(await readCertificate(`${path}_secret`)).toEqual({ ...keys, metadata })
    expect(await readFile(path, 'utf8')).not.toContain(keys.secretKey)
  })

  it('of somebody else has no secret, and neither file replaces another', async () => {
    const folder = temporaryDirectory()
    const path = join(folder, 'anna')
    await writeCertificate(path, { publicKey: keys.publicKey })
    expect(await readdir(folder)).toEqual(['anna'])
    await expect(writeCertificate(path, { publicKey: keys.publicKey })).rejects.toMatchObject({
      code: 'EEXIST',
    })
    const other = join(folder, 'bert')
    await writeCertificate(other, keys)
    await expect(writeCertificate(other, curveKeyPair())).rejects.toMatchObject({ code: 'EEXIST' })
    expect((await readCertificate(`${other}_secret`)).secretKey).toBe(keys.secretKey)
  })

  it.each([
    { title: 'a key that is too short', parts: { publicKey: 'abc' }, says: /public-key is 40/ },
    {
      title: 'a secret key that is none',
      parts: { ...keys, secretKey: `~${keys.secretKey.slice(1)}` },
      says: /secret-key is 40/,
    },
    { title: 'a name with a blank', parts: { ...keys, metadata: { 'a b': '' } }, says: /"a b"/ },
    { title: 'a line break', parts: { ...keys, metadata: { a: 'b\nc' } }, says: /"a"/ },
    { title: 'quotes of both kinds', parts: { ...keys, metadata: { a: `"'` } }, says: /"a"/ },
  ])('is not written with $title', async ({ parts, says }) => {
    const folder = temporaryDirectory()
    const error: unknown = await writeCertificate(join(folder, 'x'), parts).catch(
      (each: unknown) => each,
    )
    expect(error).toMatchObject({ code: 'EINVAL', reason: expect.stringMatching(says) as string })
    expect(JSON.stringify(error)).not.toContain(keys.secretKey.slice(1))
    expect(await readdir(folder)).toEqual([])
  })

  it.each([
    ['', /no public-key/],
    ['hello', /no public-key/],
    [`    public-key = "${keys.publicKey}"\n`, /no public-key/],
    [`curve\n    secret-key = "${keys.secretKey}"\n`, /no public-key/],
    ['curve\n    public-key = "short"\n', /public-key is 40 characters/],
    [`curve\n    public-key = "${keys.publicKey}\n`, /line 2 ends within a quote/],
    ['curve\n    = 5\n', /line 2 has no name/],
    ['\0\x01\x02', /no public-key/],
  ])('is not %j', async (text, says) => {
    const path = await written(text)
    await expect(readCertificate(path)).rejects.toMatchObject({
      code: 'EINVAL',
      reason: expect.stringMatching(says) as string,
    })
    await expect(readCertificate(path)).rejects.toMatchObject({
      reason: expect.stringContaining(path) as string,
    })
  })

  it('that is not there is an error of the system', async () => {
    const path = join(temporaryDirectory(), 'nobody')
    await expect(readCertificate(path)).rejects.toMatchObject({ code: 'ENOENT', path })
    await expect(readCertificates(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

it('a folder has the certificates of many, by their keys', async () => {
  const folder = temporaryDirectory()
  const anna = curveKeyPair()
  await writeCertificate(join(folder, 'anna'), { ...anna, metadata: { name: 'Anna' } })
  await writeCertificate(join(folder, 'bert'), { ...keys, metadata: { name: 'Bert' } })
  await writeFile(join(folder, '.hidden'), 'nothing')
  const found = await readCertificates(folder)
  expect([...found.keys()].sort()).toEqual([anna.publicKey, keys.publicKey].sort())
  expect(found.get(anna.publicKey)).toEqual({
    publicKey: anna.publicKey,
    metadata: { name: 'Anna' },
  })
  await writeFile(join(folder, 'broken'), 'nothing')
  await expect(readCertificates(folder)).rejects.toMatchObject({
    reason: expect.stringContaining('broken') as string,
  })
})

describe('pyzmq', () => {
  beforeEach(requirePyzmq)

  it('writes what we read', async () => {
    const folder = temporaryDirectory()
    const code = `import zmq.auth, sys; zmq.auth.create_certificates(sys.argv[1], 'bob', {'email': 'bob@example.com'})`
    await run(PYTHON, ['-c', code, folder])
    const { publicKey, secretKey, metadata } = await readCertificate(join(folder, 'bob.key_secret'))
    expect([publicKey.length, secretKey?.length, metadata]).toEqual([
      ...[40, 40],
      { email: 'bob@example.com' },
    ])
    expect([...(await readCertificates(folder)).keys()]).toEqual([publicKey])
  })

  it('reads what we write', async () => {
    const folder = temporaryDirectory()
    await writeCertificate(join(folder, 'anna.key'), { ...keys, metadata: { name: 'Anna' } })
    const code = `
import json, sys, zmq.auth
public, secret = zmq.auth.load_certificate(sys.argv[1] + '/anna.key_secret')
known = zmq.auth.load_certificates(sys.argv[1])
print(json.dumps([public.decode(), secret.decode(), [key.decode() for key in known]]))`
    const { stdout } = await run(PYTHON, ['-c', code, folder])
    expect(JSON.parse(stdout)).toEqual([keys.publicKey, keys.secretKey, [keys.publicKey]])
  })
})
