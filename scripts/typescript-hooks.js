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

async function javaScriptOf(path, typeScript) {
  const name = createHash('sha1').update(path).update(typeScript).digest('hex')
  const file = new URL(`${name}.js`, kept)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const javaScript = await compiled(path, typeScript)
    const draft = new URL(`${name}.${process.pid}`, kept)
    writeFileSync(draft, javaScript)
    renameSync(draft, file)
    return javaScript
  }
}

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
