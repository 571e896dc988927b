// Where the control API hangs in the server: behind /_mock/v1, made at the first request, and outside of the journal.
// Health is answered here, without it.
import type { FastifyInstance } from 'fastify'
import type { Control, ControlServer } from '../../control-app.ts'

export interface MountOptions {
  readonly control: Control
  readonly version: string
}

export async function control(app: FastifyInstance, { control, version }: MountOptions): Promise<void> {
  let made: Promise<ControlServer> | undefined
  const serve = async (): Promise<ControlServer> => {
    const { createControlApp } = await import('../../control-app.ts')
    return createControlApp(control)
  }
  for (const path of ['/health', '/ready'])
    app.get(path, async (_, reply) =>
      reply.type('application/json').send(JSON.stringify({ status: 'ok', version })),
    )

  app.register(async (scope) => {
    scope.addHook('onRequest', (request, reply) => {
      reply.hijack()
      made ??= serve()
      made.then((answer) => answer(request.raw, reply.raw))
    })
    /* c8 ignore next -- the hook has answered */
    scope.all('/_mock/v1/*', async () => {})
  })
}
