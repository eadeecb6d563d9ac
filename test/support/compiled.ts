import { dirname, join } from 'node:path'
import ts from 'typescript'

/** As a careful user has it. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: [
    'lib.es2023.d.ts',
    'lib.esnext.disposable.d.ts',
    'lib.dom.d.ts',
    'lib.dom.asynciterable.d.ts',
  ],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  customConditions: ['zerowire-source'],
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
}

/** Compiles programs together, and tells what is wrong with each: a line for each fault. */
export function compiler(files: readonly string[]): (file: string, firstLine: number) => string[] {
  const typeRoots = [join(dirname(String(files[0])), 'node_modules/@types')]
  const program = ts.createProgram([...files], { ...options, typeRoots })
  return (file, firstLine) => {
    const source = program.getSourceFile(file)
    if (source === undefined) throw new Error(`${file} was not compiled`)
    return ts.getPreEmitDiagnostics(program, source).map((diagnostic) => {
      const { line } = ts.getLineAndCharacterOfPosition(
        diagnostic.file ?? source,
        diagnostic.start ?? 0,
      )
      return `line ${line + firstLine}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`
    })
  }
}
