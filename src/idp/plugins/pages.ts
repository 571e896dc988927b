// How the pages that a person sees become HTML in one of the looks. Which pages there are is in page-fields.ts. The one
// unescaped slot of each layout, its body, is filled here. Status, cookies and caching are decided elsewhere.
import { readFileSync } from 'node:fs'
import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import Handlebars from 'handlebars'
import { packageRoot } from '../../package-root.ts'
import { type Language, translated } from './languages.ts'
import type { Pages } from './page-fields.ts'
import { templateFields } from './template-fields.ts'

/** A look is a folder of `views/`. */
export type Look = 'classic' | 'managed'

export interface PagesOptions {
  /** The look of requests that nothing else dresses. Default: `classic`, Cognito's classic hosted UI. */
  look?: Look
  /** Whether pages say that they are a local mock. Default: yes. */
  hasRibbon?: boolean
  /** The folder that holds one folder per look, with a closing slash. Default: `views/` of this package. */
  views?: URL
}

declare module 'fastify' {
  interface FastifyRequest {
    look: Look
    brand: BrandLinks | undefined
    language: Language
  }
  interface FastifyReply {
    /**
     * Renders a page in the look and language of the request and sends it, with the status code that `reply.code()`
     * was given before.
     *
     * @example
     * return reply.code(400).page('error', { detail: 'redirect_mismatch' })
     */
    page<Name extends keyof Pages>(name: Name, fields: Pages[Name]): FastifyReply
  }
}

// No form-action: Chromium applies it to every redirect that follows the POST too, and an app may be redirected to, and
// redirect on to, anywhere.
const basePolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"

/** A page that hears of changes has to ask for them. */
const policyFor = (brand: BrandLinks | undefined): string =>
  brand?.changes === undefined ? basePolicy : `${basePolicy}; connect-src 'self'`

/** Where a page finds what the owner of the pool has made of it. */
export interface BrandLinks {
  readonly stylesheet?: string
  readonly logo?: string
  readonly darkLogo?: string
  /** What the logo says. */
  readonly logoText?: string
  readonly favicon?: string
  /** Where the page hears that files of all this were edited. */
  readonly changes?: string
}

/** What a page is rendered with besides its fields. */
export interface Dress {
  readonly look: Look
  readonly language: Language
  readonly brand?: BrandLinks | undefined
}

export type Render = <Name extends keyof Pages>(name: Name, fields: Pages[Name], dress: Dress) => string

/**
 * Reads the templates of each look and returns the function that renders its pages. The page that every login shows is
 * read at once, the others when they are first shown.
 *
 * @throws Error that names the template, if one is missing or broken.
 * @example
 * const render = readPages({})
 * render('error', { detail: 'redirect_mismatch' }, { look: 'classic', language: 'en' }) // '<!DOCTYPE html>…'
 */
export function readPages({
  look = 'classic',
  hasRibbon = true,
  views = new URL('views/', packageRoot),
}: PagesOptions): Render {
  const wardrobe = new Map<Folder, FolderTemplates>()
  const templatesOf = (wanted: Folder): FolderTemplates => {
    const known = wardrobe.get(wanted)
    if (known !== undefined) return known
    const read = readFolder(wanted, views)
    wardrobe.set(wanted, read)
    return read
  }
  templatesOf(look).body('login')
  return (name, fields, dress) => {
    const { body, layout } = templatesOf(ownFolders[name] ?? dress.look)
    const { language, brand = {} } = dress
    const forTemplate = { ...templateFields[name](fields), language, brand }
    return layout({
      title: forTemplate.title,
      language,
      brand,
      hasRibbon,
      page: name,
      hasChecklist: 'checklist' in forTemplate,
      hasPanel: name === 'error',
      body: body(name)(forTemplate),
    })
  }
}

interface FolderTemplates {
  readonly layout: Handlebars.TemplateDelegate
  body(name: keyof Pages): Handlebars.TemplateDelegate
}

/** A page that belongs to mocknito, not to Cognito, looks the same whatever the look of the pool. */
type Folder = Look | 'inbox' | 'stand-in'

const ownFolders: { readonly [Name in keyof Pages]?: Folder } = {
  inbox: 'inbox',
  standIn: 'stand-in',
  assertion: 'stand-in',
}

/** Parts of several pages, besides those that both looks share. */
const partials: Readonly<Record<Folder, readonly string[]>> = {
  inbox: [],
  'stand-in': [],
  classic: [
    'banner',
    'problem',
    'sign-in-heading',
    'sign-in-form',
    'sign-up-form',
    'checklist',
    'attribute',
    'provider-buttons',
    'provider-forms',
  ],
  managed: ['problem', 'csrf', 'checklist', 'attribute', 'new-password-fields', 'providers'],
}

function readFolder(folder: Folder, views: URL): FolderTemplates {
  const handlebars = Handlebars.create()
  handlebars.registerHelper(helpers)
  const template = (of: Folder | 'shared', name: string) => {
    try {
      return parsed(handlebars, readFileSync(new URL(`${of}/${name}.hbs`, views), 'utf8'))
    } catch (cause) {
      throw new Error(`the page template ${of}/${name}.hbs is broken: ${cause}`, { cause })
    }
  }
  for (const name of partials[folder]) handlebars.registerPartial(name, template(folder, name))
  handlebars.registerPartial('panel', template('shared', 'panel'))
  const bodies = new Map<string, Handlebars.TemplateDelegate>()
  return {
    layout: template(folder, 'layout'),
    body(name) {
      const body = bodies.get(name) ?? template(folder, name)
      bodies.set(name, body)
      return body
    },
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
    app.decorateRequest('look', options.look ?? 'classic')
    app.decorateRequest('language', 'en')
    app.decorateRequest('brand', undefined)
    app.decorateReply('page', function page<
      Name extends keyof Pages,
    >(this: FastifyReply, name: Name, fields: Pages[Name]) {
      const { language } = this.request
      this.header('content-type', 'text/html;charset=UTF-8')
      this.header('content-language', language === 'en' ? 'en-US' : language)
      if (!this.hasHeader('content-security-policy'))
        this.header('content-security-policy', policyFor(this.request.brand))
      return this.send(render(name, fields, this.request))
    })
  },
  { name: 'pages', fastify: '5.x' },
)

/** Of every template that this process has read: a suite starts many mocks, all with the same pages. */
const syntaxOf = new Map<string, hbs.AST.Program>()

// Reading the syntax is what finds a broken template, and costs a third of what compiling does; the rest Handlebars puts
// off until a template is first used. Every page is rendered by a test in each look, and a misspelt helper is refused
// there rather than taken for a field.
function parsed(handlebars: typeof Handlebars, source: string): Handlebars.TemplateDelegate {
  const syntax = syntaxOf.get(source) ?? handlebars.parseWithoutProcessing(source)
  syntaxOf.set(source, syntax)
  return handlebars.compile(syntax, {
    strict: true,
    // A partial would be indented line by line, and what a person typed with it.
    preventIndent: true,
    knownHelpers: { url: true, t: true },
    knownHelpersOnly: true,
  })
}

/** `strict` watches over fields that are printed, not over those that a helper is given. */
function given<T>(field: T | undefined): T {
  if (field === undefined) throw new Error('a template gives a helper a field that is not there')
  return field
}

const helpers = {
  // Handlebars writes "=" as "&#x3D;". Cognito does not, and clients that cut the form's action out of the page undo
  // "&amp;" only. Everything else stays escaped; within quotes "=" means nothing.
  url: (url: string | undefined): Handlebars.SafeString =>
    new Handlebars.SafeString(Handlebars.escapeExpression(given(url)).replaceAll('&#x3D;', '=')),

  /** A sentence in the language of the page: `{{t "Sent to {destination}" destination=sent.destination}}`. */
  t(sentence: string | undefined, { data, hash }: Handlebars.HelperOptions): string {
    for (const value of Object.values(hash)) given(value)
    return translated(data.root.language, given(sentence), hash)
  },
}
