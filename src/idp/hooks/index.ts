// Where the functions are that stand in for Lambda triggers: in a module, behind a URL, written down in the fixture, or
// handed to startMocknito. Each becomes the port that the domain asks (domain/pre-token-generation/hook.ts).
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LambdaVersion, PreTokenGenerationEvent } from '../domain/pre-token-generation/event.ts'
import type { PreTokenGenerationHook } from '../domain/pre-token-generation/hook.ts'
import type { World } from '../domain/user-pool.ts'
import type { Fixture, LambdaFunctionFixture, PoolFixture } from '../fixture/fixture.ts'
import { preTokenGenerationOf, type Trigger, uncalledTriggers } from '../fixture/lambda-functions.ts'
import { FixtureError } from '../fixture/load.ts'
import { printable } from '../log.ts'
import { withinDeadline } from './deadline.ts'
import { callHandler, type LambdaHandler } from './handler.ts'
import { callUrl } from './url.ts'

/** Functions of the test itself, in place of those that the fixture names. */
export interface PoolHooks {
  /** A Lambda handler; without a version it gets the events of the pool's LambdaConfig, or else those of V1_0. */
  readonly preTokenGeneration?: LambdaHandler | VersionedHandler
}

export interface VersionedHandler {
  readonly version: LambdaVersion
  readonly handler: LambdaHandler
}

export interface HookSettings {
  /** What to call the fixture in an error. */
  readonly fixtureName: string
  /** To which the modules of the fixture are relative. */
  readonly folder: string
  readonly hooksOf: (poolId: string) => PoolHooks
  /** Told of every trigger that will never be called. */
  readonly log: (sentence: string) => void
}

/**
 * Gives the pools of a world their hooks.
 *
 * @throws FixtureError with every module that cannot be used
 */
export async function attachHooks(world: World, { pools }: Fixture, settings: HookSettings): Promise<void> {
  const problems: string[] = []
  for (const [index, fixture] of pools.entries()) {
    const pool = world.pools[index] as World['pools'][number]
    const given = settings.hooksOf(pool.id).preTokenGeneration
    const trigger = preTokenGenerationOf(fixture.UserPool)
    const uncalled = uncalledTriggers(fixture.UserPool)
    if (uncalled.length > 0)
      settings.log(
        printable(
          `warning: LambdaConfig of pool ${pool.id} has ${uncalled.join(', ')}: mocknito does not call these`,
        ),
      )
    try {
      pool.hooks.preTokenGeneration =
        given === undefined
          ? trigger && (await functionOfFixture(trigger, fixture, pool.id, settings))
          : functionOfTest(given, trigger?.version ?? 'V1_0')
    } catch (cause) {
      problems.push(`pools[${index}].${(cause as Error).message}`)
    }
  }
  if (problems.length > 0) throw new FixtureError(settings.fixtureName, problems.map(printable))
}

type Call = (event: PreTokenGenerationEvent, signal: AbortSignal) => Promise<unknown>

const hook = (version: LambdaVersion, place: string, call: Call): PreTokenGenerationHook => ({
  version,
  place,
  invoke: (event) => withinDeadline((signal) => call(event, signal)),
})

function functionOfTest(
  given: LambdaHandler | VersionedHandler,
  defaultVersion: LambdaVersion,
): PreTokenGenerationHook {
  const { version, handler } =
    typeof given === 'function' ? { version: defaultVersion, handler: given } : given
  return hook(version, `function ${handler.name || 'of startMocknito'}`, (event) =>
    callHandler(handler, event),
  )
}

/** @throws Error that names the place in the pool entry, if it is a module that cannot be used */
async function functionOfFixture(
  { functionName, version }: Trigger,
  { LambdaFunctions = {} }: PoolFixture,
  poolId: string,
  { folder, log }: HookSettings,
): Promise<PreTokenGenerationHook | undefined> {
  const found: LambdaFunctionFixture | undefined = LambdaFunctions[functionName]
  if (found === undefined) {
    log(
      `warning: LambdaConfig of pool ${poolId} calls the function ${functionName} before tokens are made, and it will never be called: LambdaFunctions does not say where it is`,
    )
    return undefined
  }
  const place = `LambdaFunctions.${functionName}`
  const { Module, Url, Response } = found
  if (Module !== undefined) {
    const handler = await load(resolve(folder, Module)).catch((cause) => {
      throw new Error(`${place}.Module: ${(cause as Error).message}`)
    })
    return hook(version, Module, (event) => callHandler(handler, event))
  }
  if (Url !== undefined) {
    const { origin, pathname } = new URL(Url)
    return hook(version, `${origin}${pathname}`, (event, signal) => callUrl(Url, event, signal))
  }
  return hook(version, `${place}.Response`, async (event) => ({ ...event, response: Response }))
}

/** The handler of an ECMAScript or CommonJS module: `handler`, or else what it exports by default. */
async function load(file: string): Promise<LambdaHandler> {
  if (!existsSync(file)) throw new Error(`there is no file ${file}`)
  let exported: Record<string, unknown>
  try {
    exported = await import(pathToFileURL(file).href)
  } catch (cause) {
    throw new Error(`${file} cannot be loaded: ${cause}`, { cause })
  }
  const byDefault = exported.default as { handler?: unknown; default?: unknown } | undefined
  const handler = [exported.handler, byDefault, byDefault?.handler, byDefault?.default].find(
    (candidate) => typeof candidate === 'function',
  )
  if (handler === undefined)
    throw new Error(`${file} exports no function called handler, and none by default`)
  return handler as LambdaHandler
}
