// What every store of the BFF must do, whatever it is made of. A store that passes can be given to the plugin.
import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { fingerprint } from '../../../src/bff/secrets.ts'
import type { FoundSession, SessionRecord, Store } from '../../../src/bff/stores/store.ts'

const now = Date.parse('2030-01-01T00:00:00Z')

const record = (changes: Partial<SessionRecord> = {}): SessionRecord => ({
  id: fingerprint(randomUUID()),
  subject: fingerprint('alice'),
  expiresAt: now + 900_000,
  sealed: 'sealed',
  ...changes,
})

const withoutVersion = ({ version: _, ...rest }: FoundSession): SessionRecord => rest

/** @param another the same store as another process sees it */
export async function storeConformance(t: Test, store: Store, another: Store = store): Promise<void> {
  await t.test('a session is found as it was added, by whoever looks', async (t) => {
    const added = record()
    t.equal(await store.findSession(added.id), undefined)
    await store.addSession(added)
    for (const each of [store, another])
      t.strictSame(withoutVersion((await each.findSession(added.id)) as FoundSession), added)
  })

  await t.test('of many changes to what all have found, one is made', async (t) => {
    const added = record()
    await store.addSession(added)
    const found = (await store.findSession(added.id)) as FoundSession
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? store : another).replaceSession(found, { ...added, expiresAt: now + index }),
      ),
    )
    t.equal(answers.filter(Boolean).length, 1)
    const after = (await another.findSession(added.id)) as FoundSession
    t.equal(after.expiresAt, now + answers.indexOf(true))
    t.equal(await store.replaceSession(found, added), false, 'what was found long ago changes nothing')
    t.equal(await store.replaceSession(after, added), true)
  })

  await t.test('changes that build on one another are all made', async (t) => {
    const added = record({ expiresAt: 0 })
    await store.addSession(added)
    const increment = async (through: Store): Promise<void> => {
      for (let tries = 0; tries < 1000; tries++) {
        const found = (await through.findSession(added.id)) as FoundSession
        if (await through.replaceSession(found, { ...withoutVersion(found), expiresAt: found.expiresAt + 1 }))
          return
      }
      throw new Error('never won')
    }
    await Promise.all(Array.from({ length: 16 }, (_, index) => increment(index % 2 ? store : another)))
    t.equal((await store.findSession(added.id))?.expiresAt, 16)
  })

  await t.test('a session is removed once, and then it cannot be changed', async (t) => {
    const added = record()
    await store.addSession(added)
    const found = (await store.findSession(added.id)) as FoundSession
    const answers = await Promise.all([
      store.removeSession(added.id),
      another.removeSession(added.id),
      store.removeSession(added.id),
    ])
    t.equal(answers.filter(Boolean).length, 1)
    t.equal(await another.findSession(added.id), undefined)
    t.equal(await store.replaceSession(found, added), false, 'nor does a change bring it back')
    t.equal(await store.findSession(added.id), undefined)
  })

  await t.test('the sessions of a person are those of no other', async (t) => {
    const carol = fingerprint(randomUUID())
    const two = [record({ subject: carol }), record({ subject: carol })]
    for (const each of [...two, record()]) await store.addSession(each)
    const found = await another.sessionsOf(carol)
    t.strictSame(found.map(({ id }) => id).sort(), two.map(({ id }) => id).sort())
    t.strictSame(await store.sessionsOf(fingerprint('nobody')), [])
  })

  await t.test('what is kept once is had once', async (t) => {
    const key = fingerprint(randomUUID())
    t.equal(await store.takeOnce(key, now), undefined)
    await store.keepOnce(key, 'a value', now + 1000)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? store : another).takeOnce(key, now)),
    )
    t.strictSame(
      answers.filter((each) => each !== undefined),
      ['a value'],
    )
    t.equal(await store.takeOnce(key, now), undefined)
  })

  await t.test('what has expired is not handed out', async (t) => {
    const key = fingerprint(randomUUID())
    await store.keepOnce(key, 'a value', now + 1000)
    t.equal(await store.takeOnce(key, now + 1000), undefined)
    t.equal(await store.takeOnce(key, now), undefined, 'nor does it wait for another clock')
  })

  await t.test('sweeping forgets what has expired and nothing else', async (t) => {
    const [over, open] = [record({ expiresAt: now + 10 }), record({ expiresAt: now + 11 })]
    for (const each of [over, open]) await store.addSession(each)
    const [gone, kept] = [fingerprint(randomUUID()), fingerprint(randomUUID())]
    await store.keepOnce(gone, 'gone', now + 10)
    await store.keepOnce(kept, 'kept', now + 11)
    await store.sweep(now + 10)
    t.equal(await another.findSession(over.id), undefined)
    t.ok(await another.findSession(open.id))
    t.equal(await another.takeOnce(gone, now), undefined)
    t.equal(await another.takeOnce(kept, now), 'kept')
  })
}
