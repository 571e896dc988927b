// The hook behind typescript.js, in the thread that Node gives to hooks.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const kept = new URL('../test-artefacts/javascript/', import.meta.url)
mkdirSync(kept, { recursive: true })

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
  const path = fileURLToPath(url)
  return {
    format: 'module',
    shortCircuit: true,
    source: await javaScriptOf(path, readFileSync(path, 'utf8')),
  }
}

/** What runs in the place of a file: kept from the last time, or made now. */
export async function javaScriptOf(path, typeScript) {
  const name = createHash('sha1').update(typeScript).digest('hex')
  const file = new URL(`${name}.js`, kept)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const javaScript = await (declaresWhatItUses.test(typeScript) ? compiled : withoutTypes)(path, typeScript)
    const draft = new URL(`${name}.${process.pid}`, kept)
    writeFileSync(draft, javaScript)
    renameSync(draft, file)
    return javaScript
  }
}

/** `await using` is newer than Node 20. Only tests and examples have it, and they are in no coverage report. */
const declaresWhatItUses = /^ *(?:await )?using \w+ = /m

async function compiled(fileName, typeScript) {
  const { default: ts } = await import('typescript')
  const { outputText } = ts.transpileModule(typeScript, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
      inlineSources: true,
    },
  })
  return outputText
}

/** Blanks stand where the types stood, so that lines, columns and coverage need no way back. */
async function withoutTypes(path, typeScript) {
  const { default: blankSpace } = await import('ts-blank-space')
  return blankSpace(typeScript, (node) => {
    throw new Error(`${path}: more than types would have to go: ${node.getText()}`)
  })
}
