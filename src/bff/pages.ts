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
  readonly homeUrl: string
  readonly styleUrl: string
}

/** Where the page leads, and where its style is. */
interface Links {
  readonly homeUrl: string
  readonly styleUrl: string
  /** Where a login begins; without it there is no trying again. */
  readonly loginUrl?: string
}

const template = Handlebars.create().compile<ProblemModel>(view('problem.hbs'), {
  strict: true,
  knownHelpersOnly: true,
})

/**
 * The page that says what went wrong. Everything in it is escaped.
 *
 * @example
 * problemPage(notFound().facts, { homeUrl: '/', styleUrl: '/auth/problem.css' }) // '<!doctype html>…There is nothing here…'
 */
export const problemPage = (
  { title, message, code, quote, retryReturnTo }: Problem['facts'],
  { loginUrl, ...links }: Links,
): string =>
  template({
    title,
    message,
    code,
    quote: quote ?? null,
    retryUrl:
      loginUrl && retryReturnTo ? `${loginUrl}?${new URLSearchParams({ returnTo: retryReturnTo })}` : null,
    ...links,
  })
