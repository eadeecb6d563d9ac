import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { projectRoot } from './support/program.js'

/** The guide has an entry for every name of trouble that a program can meet, and for no other. */
const guide = readFileSync(join(projectRoot, 'docs/troubleshooting.md'), 'utf8')

/** The titles of a part of the guide. */
function entries(part: string): string[] {
  const [, text = ''] = guide.split(`\n## ${part}\n`)
  const [section = ''] = text.split('\n## ')
  return [...section.matchAll(/^### (.*)$/gm)].map(([, title = '']) => title)
}

function statements(file: string): readonly ts.Statement[] {
  const text = readFileSync(join(projectRoot, 'src', file), 'utf8')
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements
}

/** The texts that a union in `src/` is made of. */
function union(file: string, name: string): string[] {
  const alias = statements(file).find(
    (node): node is ts.TypeAliasDeclaration =>
      ts.isTypeAliasDeclaration(node) && node.name.text === name,
  )
  if (alias === undefined || !ts.isUnionTypeNode(alias.type)) throw new Error(`no union ${name}`)
  return alias.type.types.flatMap((type) =>
    ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : [],
  )
}

/** The events that can carry an error. */
function failures(): string[] {
  const map = statements('events.ts').find(
    (node): node is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(node) && node.name.text === 'EventMap',
  )
  const members = map?.members.filter(mentionsError) ?? []
  return members.flatMap(({ name }) =>
    name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : [],
  )
}

function mentionsError(node: ts.Node): boolean {
  if (ts.isIdentifier(node) && node.text === 'EventError') return true
  return ts.forEachChild(node, mentionsError) ?? false
}

it('has an entry for every code, and no other', () => {
  const told = [
    ...entries('By error code'),
    ...entries('By code of a handshake'),
    ...entries('By code of a ZAP handler'),
  ]
  const codes = union('errors.ts', 'ErrorCode')
  expect(codes.length).toBeGreaterThan(40)
  expect(told.toSorted()).toEqual(codes.toSorted())
})

it('has an entry for every event with an error, and no other', () => {
  expect(failures()).toContain('handshake:error:auth')
  expect(entries('By event').toSorted()).toEqual(failures().toSorted())
})

it('has an entry for every reason of a drop, and no other', () => {
  const reasons = union('events.ts', 'DropReason').map((reason) => `drop: ${reason}`)
  expect(reasons).toContain('drop: full')
  expect(entries('Reasons of drops').toSorted()).toEqual(reasons.toSorted())
})
