// The pages a person sees: which there are, what each must be given, and how they become HTML in the chosen look.
// Templates are read and parsed once, at registration, so a broken one stops the boot and not a request. The one
// unescaped slot of the project, the layout's body, is filled here. Status, cookies and caching are decided elsewhere.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import type HandlebarsModule from 'handlebars'

/** Every page by name, with the fields it must be given. A field that may be left out is marked `?`. */
export interface Pages {
  /** Cognito's sign-in page. `action`, `forgotPassword` and `signUp` are paths with their query. */
  login: {
    action: string
    csrf: string
    /** What the field holds already, such as the name of a failed attempt; `''` for an empty field. */
    username: string
    asksFor: 'username' | 'email'
    /** The sentence above the form after a failed attempt. */
    problem?: string
    forgotPassword: string
    /** Left out where users cannot sign themselves up. */
    signUp?: string
  }
  /** The classic page for a browser that has a session: go on as that user, or as somebody else. */
  knownUser: {
    username: string
    /** The authorize request to go on with. */
    parameters: readonly { name: string; value: string }[]
    /** Signs out first. A path with its query. */
    someoneElse: string
  }
  /** Cognito's error page and, below it, what mocknito can say to the developer. */
  error: { detail: string; panel?: DeveloperPanel }
  /** A page that Cognito has and mocknito does not have yet. `back` is a path. */
  unfinished: { heading: string; explanation: string; back?: string }
}

/** Why a request was refused, for the developer whose request it was. */
export interface DeveloperPanel {
  /** The id of the rule that refused, as in `docs/compatibility.md`. */
  rule: string
  /** The rule, or how it was broken, in one sentence. */
  sentence: string
  sent: readonly { name: string; value: string }[]
  /** What would have been accepted. */
  registered: readonly string[]
  /** The registered value most like one that was sent: the page shows the two side by side where they differ. */
  nearest?: string
  /** What to change. */
  hint?: string
}

// `import` of this CommonJS module reads all of it twice; that is 13 ms of every start.
const Handlebars: typeof HandlebarsModule = createRequire(import.meta.url)('handlebars')

/** A look is a folder of `views/`. */
export type Look = 'classic'

export interface PagesOptions {
  /** Default: `classic`, the look of Cognito's classic hosted UI. */
  look?: Look
  /** The folder that holds one folder per look, with a closing slash. Default: `views/` of this package. */
  views?: URL
}

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Renders a page and sends it, with the status code that `reply.code()` was given before.
     *
     * @example
     * return reply.code(400).page('error', { detail: 'redirect_mismatch' })
     */
    page<Name extends keyof Pages>(name: Name, fields: Pages[Name]): FastifyReply
  }
}

// No form-action: Chromium applies it to every redirect that follows the POST too, and an app may be redirected to, and
// redirect on to, anywhere.
const headers = {
  'content-type': 'text/html;charset=UTF-8',
  'content-language': 'en-US',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
}

const partials = ['banner', 'sign-in-heading', 'sign-in-problem', 'sign-in-form']

// What a template reads. `strict` templates refuse to print a field that is not there, so an optional one stands in an
// `{{#if}}`.
const templateFields: { [Name in keyof Pages]: (fields: Pages[Name]) => { title: string } } = {
  login: ({ asksFor, ...fields }) => ({
    title: 'Signin',
    ...fields,
    asksForEmail: asksFor === 'email',
  }),
  knownUser: (fields) => ({ title: 'Signin', ...fields }),
  error: ({ detail, panel }) => ({
    title: 'Error',
    detail,
    panel: panel && {
      ...panel,
      registered: panel.registered.map((value) => ({ value, isNearest: value === panel.nearest })),
      comparison: closestComparison(panel),
    },
  }),
  unfinished: (fields) => ({ title: fields.heading, ...fields }),
}

/**
 * Reads every template of a look and returns the function that renders its pages.
 *
 * @throws Error that names the template, if one is missing or broken.
 * @example
 * const render = readPages({ look: 'classic' })
 * render('error', { detail: 'redirect_mismatch' }) // '<!DOCTYPE html>…'
 */
export function readPages({
  look = 'classic',
  views = new URL('../../../views/', import.meta.url),
}: PagesOptions): <Name extends keyof Pages>(name: Name, fields: Pages[Name]) => string {
  const handlebars = Handlebars.create()
  handlebars.registerHelper('url', plainEqualsSigns)

  const template = (name: string) => {
    try {
      return parsed(handlebars, readFileSync(new URL(`${look}/${name}.hbs`, views), 'utf8'))
    } catch (cause) {
      throw new Error(`the page template ${look}/${name}.hbs is broken: ${cause}`, { cause })
    }
  }
  for (const name of partials) handlebars.registerPartial(name, template(name))
  const layout = template('layout')
  const bodies = new Map(Object.keys(templateFields).map((name) => [name, template(name)]))

  return (name, fields) => {
    const forTemplate = templateFields[name](fields)
    return layout({ title: forTemplate.title, body: bodies.get(name)?.(forTemplate) })
  }
}

/**
 * Gives every reply a typed `page()`.
 *
 * @example
 * await app.register(pages, { look: 'classic' })
 * app.get('/error', (request, reply) => reply.code(400).page('error', { detail: request.query.error }))
 */
export const pages = fp<PagesOptions>(
  async (app, options) => {
    const render = readPages(options)
    app.decorateReply('page', function page<
      Name extends keyof Pages,
    >(this: FastifyReply, name: Name, fields: Pages[Name]) {
      return this.headers(headers).send(render(name, fields))
    })
  },
  { name: 'pages', fastify: '5.x' },
)

// Reading the syntax is what finds a broken template, and costs a third of what compiling does; so that happens now, and
// the rest, which Handlebars puts off until a template is first used, stays off the start. Every page is rendered by a
// test, and a misspelt helper is refused there rather than taken for a field.
function parsed(handlebars: typeof HandlebarsModule, source: string): HandlebarsModule.TemplateDelegate {
  return handlebars.compile(handlebars.parseWithoutProcessing(source), {
    strict: true,
    knownHelpers: { url: true },
    knownHelpersOnly: true,
  })
}

// Handlebars writes "=" as "&#x3D;". Cognito does not, and clients that cut the form's action out of the page undo
// "&amp;" only. Everything else stays escaped; within quotes "=" means nothing.
function plainEqualsSigns(url: string): HandlebarsModule.SafeString {
  return new Handlebars.SafeString(Handlebars.escapeExpression(url).replaceAll('&#x3D;', '='))
}

// The sent value that shares most with the nearest registered one is the one to compare it with.
function closestComparison({ sent, nearest }: DeveloperPanel) {
  if (nearest === undefined) return undefined
  return sent
    .map(({ name, value }) => ({ name, ...compare([...value], [...nearest]) }))
    .filter(({ shared, length }) => shared > 0 && shared < length)
    .sort((one, other) => other.shared - one.shared)[0]
}

// Splits two texts, given as their characters, into what both begin with, where they differ, and what both end with.
function compare(sent: string[], registered: string[]) {
  const shorter = Math.min(sent.length, registered.length)
  let before = 0
  while (before < shorter && sent[before] === registered[before]) before += 1
  let after = 0
  while (after < shorter - before && sent.at(-1 - after) === registered.at(-1 - after)) after += 1

  const split = (characters: string[]) => ({
    before: characters.slice(0, before).join(''),
    differs: characters.slice(before, characters.length - after).join(''),
    after: characters.slice(characters.length - after).join(''),
  })
  return {
    sent: split(sent),
    registered: split(registered),
    position: before + 1,
    shared: before + after,
    length: Math.max(sent.length, registered.length),
  }
}
