// The files of views/bff, read once at start: a missing or broken one stops the boot, not a visitor.
import { readFileSync } from 'node:fs'
import Handlebars from 'handlebars'
import { packageRoot } from '../package-root.ts'
import type { Problem } from './problems.ts'

/**
 * A file of `views/bff` as text.
 *
 * @example
 * view('home.css').startsWith('/*') // true
 */
export const view = (name: string): string => readFileSync(new URL(`views/bff/${name}`, packageRoot), 'utf8')

/** The style of that page; the one file that a plugin needs beside its routes. */
export const problemStyle = view('problem.css')

interface ProblemModel {
  readonly title: string
  readonly message: string
  readonly code: string
  readonly quote: string | null
  readonly retryUrl: string | null
  readonly styleUrl: string
}

const template = Handlebars.create().compile<ProblemModel>(view('problem.hbs'), {
  strict: true,
  knownHelpersOnly: true,
})

/**
 * The page that says what went wrong. Everything in it is escaped.
 *
 * @example
 * problemPage(notFound().facts, '/auth/login') // '<!doctype html>…There is nothing here…'
 */
export const problemPage = (
  { title, message, code, quote, retryReturnTo }: Problem['facts'],
  loginUrl: string,
): string =>
  template({
    title,
    message,
    code,
    quote: quote ?? null,
    retryUrl: retryReturnTo ? `${loginUrl}?${new URLSearchParams({ returnTo: retryReturnTo })}` : null,
    styleUrl: loginUrl.replace(/login$/, 'problem.css'),
  })
