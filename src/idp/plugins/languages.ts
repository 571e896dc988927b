// The languages of managed login (AWS: localization), and the tables of their texts in views/managed/texts: English
// sentence to sentence, one file a language. English needs none.
import { readFileSync } from 'node:fs'
import { packageRoot } from '../../package-root.ts'

export const languages = ['de', 'en', 'es', 'fr', 'id', 'it', 'ja', 'ko', 'pt-BR', 'zh-CN', 'zh-TW'] as const

export type Language = (typeof languages)[number]

export const isLanguage = (text: string): text is Language => (languages as readonly string[]).includes(text)

type Table = Readonly<Record<string, string>>

const tables = new Map<Language, Table>([['en', {}]])

function tableOf(language: Language): Table {
  const known = tables.get(language)
  if (known !== undefined) return known
  const file = new URL(`views/managed/texts/${language}.json`, packageRoot)
  const table = JSON.parse(readFileSync(file, 'utf8')) as Table
  tables.set(language, table)
  return table
}

/**
 * A sentence in another language; in English, if the table does not have it.
 *
 * @param values what stands in the sentence's `{braces}`
 * @example
 * translated('de', 'Sign in') // Anmelden
 */
export function translated(language: Language, sentence: string, values: Table = {}): string {
  const table = tableOf(language)
  const whole = Object.hasOwn(table, sentence) ? table[sentence] : inParts(table, sentence)
  return (whole as string).replace(/\{(\w+)\}/g, (slot, name) => values[name] ?? slot)
}

/** `Password did not conform with policy: Password not long enough` is two sentences. */
const inParts = (table: Table, sentence: string): string =>
  sentence
    .split(': ')
    .map((part) => (Object.hasOwn(table, part) ? table[part] : part))
    .join(': ')
