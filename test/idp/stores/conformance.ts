// What every store must do, whatever it is made of. A store is held to it by one call for each interface; it learns the time from
// the clock that it is given and from nowhere else.
import type { Test } from 'tap'
import type { Attempts, FailedAttempts } from '../../../src/idp/domain/attempts.ts'
import { type AdjustableClock, type Clock, createClock, secondsAfter } from '../../../src/idp/domain/clock.ts'
import type { AuthorizationCode, Codes, KeptCode } from '../../../src/idp/domain/codes.ts'
import type { Continuation, Continuations } from '../../../src/idp/domain/continuations.ts'
import type { Kept } from '../../../src/idp/domain/kept.ts'
import type { RefreshFamily, RefreshToken, RefreshTokens } from '../../../src/idp/domain/refresh-tokens.ts'
import type { UsedToken, UsedTokens } from '../../../src/idp/domain/second-factor.ts'
import type { BrowserSession, Sessions } from '../../../src/idp/domain/sessions.ts'
import type { SignInOptions, User, Users } from '../../../src/idp/domain/user.ts'
import type {
  KeptVerificationCode,
  VerificationCode,
  VerificationCodes,
} from '../../../src/idp/domain/verification-codes.ts'

const minuteMilliseconds = 60_000
const hourMilliseconds = 60 * minuteMilliseconds
const dayMilliseconds = 24 * hourMilliseconds

/** A clock that stands still unless it is moved. */
const stoppedClock = (): AdjustableClock => createClock(() => Date.UTC(2024, 1, 29, 12))

function codeAt(clock: Clock, code: string): AuthorizationCode {
  return {
    code,
    clientId: 'one-client',
    redirectUri: 'http://localhost/callback',
    sub: 'some-sub',
    scopes: ['openid'],
    nonce: 'some-nonce',
    resource: undefined,
    codeChallenge: 'some-challenge',
    authTime: clock.now(),
    issuer: 'http://localhost/us-east-1_Some',
    expiresAt: secondsAfter(clock.now(), 5 * 60),
  }
}

export function codesConformance(t: Test, makeCodes: (clock: Clock) => Codes | Promise<Codes>): void {
  const world = async () => {
    const clock = stoppedClock()
    const codes = await makeCodes(clock)
    const take = (code: string, clientId = 'one-client') => codes.take(code, { at: clock.now(), clientId })
    return { clock, codes, take }
  }

  keptConformance<KeptCode, Codes>(t, {
    make: makeCodes,
    fill: async (codes, clock) => {
      for (const code of ['one', 'other']) await codes.issue(codeAt(clock, code))
      await codes.take('other', { at: clock.now(), clientId: 'one-client' })
    },
    changed: (kept) => ({ ...kept, code: { ...kept.code, sub: 'somebody else' } }),
    isChanged: ({ code }) => code.sub === 'somebody else',
  })

  t.test('a code comes out as it went in', async (t) => {
    const { clock, codes, take } = await world()
    const code = codeAt(clock, 'one')
    await codes.issue(code)
    t.strictSame(await take('one'), { outcome: 'taken', code })
  })

  t.test('of 200 who take a code at once one gets it, and the others learn who did', async (t) => {
    const { clock, codes, take } = await world()
    await codes.issue(codeAt(clock, 'one'))
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => take('one', `client ${index}`)),
    )
    const winners = outcomes.flatMap(({ outcome }, index) => (outcome === 'taken' ? [index] : []))
    t.equal(winners.length, 1)
    const others = outcomes.filter(({ outcome }) => outcome !== 'taken')
    t.strictSame(
      others,
      others.map(() => ({ outcome: 'used', usedAt: clock.now(), usedBy: `client ${winners[0]}` })),
    )
  })

  t.test('a used code tells by whom and when it was used first, however often it is tried', async (t) => {
    const { clock, codes, take } = await world()
    await codes.issue(codeAt(clock, 'one'))
    const usedAt = clock.now()
    await take('one', 'first client')
    clock.advance(3000)
    t.strictSame(await take('one', 'second client'), { outcome: 'used', usedAt, usedBy: 'first client' })
    clock.advance(3000)
    t.strictSame(await take('one', 'first client'), { outcome: 'used', usedAt, usedBy: 'first client' })
  })

  t.test('a code that is given back can be taken once more, by one of many', async (t) => {
    const { clock, codes, take } = await world()
    const code = codeAt(clock, 'one')
    await codes.issue(code)
    await take('one')
    await codes.giveBack('one')
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => take('one')))
    t.strictSame(
      outcomes.filter(({ outcome }) => outcome === 'taken'),
      [{ outcome: 'taken', code }],
    )
    await codes.giveBack('nobody issued this')
    t.strictSame(await take('nobody issued this'), { outcome: 'unknown' })
  })

  t.test('one code is not another', async (t) => {
    const { clock, codes, take } = await world()
    await codes.issue(codeAt(clock, 'one'))
    await codes.issue(codeAt(clock, 'other'))
    await take('one')
    t.match(await take('other'), { outcome: 'taken', code: { code: 'other' } })
    for (const unknown of ['', 'on', 'ONE', 'one ', '__proto__', 'constructor'])
      t.strictSame(await take(unknown), { outcome: 'unknown' }, JSON.stringify(unknown))
  })

  t.test('a code that has just expired still comes out, so that the refusal can say so', async (t) => {
    const { clock, codes, take } = await world()
    await codes.issue(codeAt(clock, 'one'))
    clock.advance(5 * minuteMilliseconds + 1000)
    await codes.issue(codeAt(clock, 'other'))
    t.match(await take('one'), { outcome: 'taken', code: { code: 'one' } })
  })

  t.test('codes long dead are forgotten: ten thousand of them leave few behind', async (t) => {
    const { clock, codes, take } = await world()
    for (let index = 0; index < 10_000; index++) {
      await codes.issue(codeAt(clock, `code ${index}`))
      if (index % 2 === 0) await take(`code ${index}`)
      clock.advance(minuteMilliseconds)
    }
    let remembered = 0
    for (let index = 0; index < 10_000; index++)
      if ((await take(`code ${index}`)).outcome !== 'unknown') remembered++
    t.ok(remembered >= 5, 'those that live are there')
    t.ok(remembered < 50, `${remembered} are remembered`)
  })

  t.test('a clock that was moved back does not make the store forget to forget', async (t) => {
    const { clock, codes, take } = await world()
    clock.advance(365 * dayMilliseconds)
    await codes.issue(codeAt(clock, 'of next year'))
    clock.reset()
    for (let index = 0; index < 1000; index++) {
      await codes.issue(codeAt(clock, `code ${index}`))
      clock.advance(minuteMilliseconds)
    }
    t.strictSame(await take('code 0'), { outcome: 'unknown' })
    t.match(await take('of next year'), { outcome: 'taken' })
  })
}

/** What every store whose records can be seen as a whole must do. */
function keptConformance<Entry, Store extends Kept<Entry>>(
  t: Test,
  {
    make,
    fill,
    changed,
    isChanged,
  }: {
    make: (clock: Clock) => Store | Promise<Store>
    /** Puts two records in. */
    fill: (store: Store, clock: Clock) => Promise<void>
    changed: (entry: Entry) => Entry
    isChanged: (entry: Entry) => boolean
  },
): void {
  t.test('what is kept can be seen, and put into another store', async (t) => {
    const clock = stoppedClock()
    const [one, other] = [await make(clock), await make(clock)]
    await fill(one, clock)
    const records = await one.records()
    t.equal(records.length, 2)
    await other.restore(records)
    t.strictSame(await other.records(), records)
    await other.restore([])
    t.strictSame(await other.records(), [])
    t.strictSame(await one.records(), records, 'the first one is as it was')
  })

  t.test('what is kept can be revised, dropped and left alone, and the store says how many', async (t) => {
    const clock = stoppedClock()
    const store = await make(clock)
    await fill(store, clock)
    const before = await store.records()
    t.equal(await store.revise((entry) => entry), 0)
    t.strictSame(await store.records(), before)
    let seen = 0
    t.equal(await store.revise((entry) => (seen++ === 0 ? changed(entry) : undefined)), 2)
    const after = await store.records()
    t.equal(after.length, 1)
    t.ok(after.every(isChanged))
  })
}

export function sessionsConformance(
  t: Test,
  makeSessions: (clock: Clock) => Sessions | Promise<Sessions>,
): void {
  const sessionAt = (clock: Clock, id: string): BrowserSession => ({
    id,
    sub: `sub of ${id}`,
    authTime: clock.now(),
    expiresAt: secondsAfter(clock.now(), 3600),
  })

  keptConformance<BrowserSession, Sessions>(t, {
    make: makeSessions,
    fill: async (sessions, clock) => {
      for (const id of ['one', 'other']) await sessions.open(sessionAt(clock, id))
    },
    changed: (session) => ({ ...session, sub: 'somebody else' }),
    isChanged: (session) => session.sub === 'somebody else',
  })

  t.test('a session is found until it is closed, and closing one closes no other', async (t) => {
    const clock = stoppedClock()
    const sessions = await makeSessions(clock)
    const [one, other] = [sessionAt(clock, 'one'), sessionAt(clock, 'other')]
    await sessions.open(one)
    await sessions.open(other)
    t.strictSame(await sessions.find('one'), one)
    await sessions.close('one')
    t.equal(await sessions.find('one'), undefined)
    t.strictSame(await sessions.find('other'), other)
    await sessions.close('one')
    for (const unknown of ['', 'ONE', '__proto__']) t.equal(await sessions.find(unknown), undefined)
  })

  t.test('an expired session is still found, for whoever judges it', async (t) => {
    const clock = stoppedClock()
    const sessions = await makeSessions(clock)
    await sessions.open(sessionAt(clock, 'one'))
    clock.advance(hourMilliseconds + 1000)
    await sessions.open(sessionAt(clock, 'other'))
    t.match(await sessions.find('one'), { id: 'one' })
  })

  t.test('sessions long dead are forgotten', async (t) => {
    const clock = stoppedClock()
    const sessions = await makeSessions(clock)
    for (let index = 0; index < 1000; index++) {
      await sessions.open(sessionAt(clock, `session ${index}`))
      clock.advance(hourMilliseconds)
    }
    const found = await Promise.all(
      Array.from({ length: 1000 }, (_, index) => sessions.find(`session ${index}`)),
    )
    const remembered = found.filter((session) => session !== undefined).length
    t.ok(remembered > 0 && remembered < 20, `${remembered} are remembered`)
  })
}

export function refreshTokensConformance(
  t: Test,
  makeTokens: (clock: Clock) => RefreshTokens | Promise<RefreshTokens>,
): void {
  const tokenAt = (clock: Clock, hash: string, family: string, seconds = 3600): RefreshToken => ({
    hash,
    clientId: 'one-client',
    sub: 'some-sub',
    scopes: ['openid', 'email'],
    authTime: clock.now(),
    issuer: 'http://localhost/us-east-1_Some',
    family,
    resource: undefined,
    expiresAt: secondsAfter(clock.now(), seconds),
  })

  keptConformance<RefreshFamily, RefreshTokens>(t, {
    make: makeTokens,
    fill: async (tokens, clock) => {
      await tokens.issue(tokenAt(clock, 'hash', 'one login'))
      await tokens.issue(tokenAt(clock, 'other hash', 'one login'))
      await tokens.retire('hash', clock.now(), 0)
      await tokens.issue(tokenAt(clock, 'revoked hash', 'another login'))
      await tokens.revokeFamily('another login', secondsAfter(clock.now(), 3600))
    },
    changed: (family) => ({ ...family, revokedUntil: new Date(0) }),
    isChanged: ({ revokedUntil }) => revokedUntil?.getTime() === 0,
  })

  t.test('a refresh token is found by its hash, as often as one likes', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    const token = tokenAt(clock, 'hash', 'family')
    await tokens.issue(token)
    t.strictSame(await tokens.find('hash'), token)
    t.strictSame(await tokens.find('hash'), token)
    for (const unknown of ['', 'HASH', 'family', '__proto__']) t.equal(await tokens.find(unknown), undefined)
  })

  t.test('revoking ends every token of one login, and none of another', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    await tokens.issue(tokenAt(clock, 'first', 'one login'))
    await tokens.issue(tokenAt(clock, 'second', 'one login'))
    await tokens.issue(tokenAt(clock, 'third', 'another login'))
    await tokens.revokeFamily('unknown', clock.now())
    await tokens.revokeFamily('one login', secondsAfter(clock.now(), 86_400))
    t.equal(await tokens.find('first'), undefined)
    t.equal(await tokens.find('second'), undefined)
    t.match(await tokens.find('third'), { family: 'another login' })
    await tokens.revokeFamily('one login', secondsAfter(clock.now(), 86_400))
  })

  t.test('a revoked login is remembered, and no other is taken for one', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    await tokens.issue(tokenAt(clock, 'first', 'one login'))
    t.equal(await tokens.isRevoked('one login'), false)
    await tokens.revokeFamily('one login', secondsAfter(clock.now(), 86_400))
    t.equal(await tokens.isRevoked('one login'), true)
    t.equal(await tokens.isRevoked('another login'), false)
    clock.advance(dayMilliseconds * 2)
    await tokens.issue(tokenAt(clock, 'later', 'later login'))
    t.equal(await tokens.isRevoked('one login'), false, 'until no access token of it can be alive')
  })

  t.test('nothing new comes into a login that has been revoked', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    await tokens.issue(tokenAt(clock, 'first', 'one login'))
    await tokens.revokeFamily('one login', secondsAfter(clock.now(), 86_400))
    await tokens.issue(tokenAt(clock, 'late', 'one login'))
    t.equal(await tokens.find('late'), undefined, 'it was being signed meanwhile')
    t.match(await tokens.retire('first', clock.now(), 60), { outcome: 'too-late' })
  })

  t.test('a token is retired once; of 200 at once, one without a grace period', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    await tokens.issue(tokenAt(clock, 'old', 'login'))
    const all = await Promise.all(Array.from({ length: 200 }, () => tokens.retire('old', clock.now(), 0)))
    t.equal(all.filter(({ outcome }) => outcome === 'accepted').length, 1)
    t.match(await tokens.retire('old', clock.now(), 0), { outcome: 'too-late', retiredAt: clock.now() })
  })

  t.test('within the grace period a retired token is accepted, from the first use on', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    await tokens.issue(tokenAt(clock, 'old', 'login'))
    const retire = () => tokens.retire('old', clock.now(), 60)
    t.match(await retire(), { outcome: 'accepted' })
    clock.advance(59_000)
    t.match(await retire(), { outcome: 'accepted' })
    clock.advance(1_000)
    t.match(await retire(), { outcome: 'too-late' }, 'a later use does not extend it')
  })

  t.test('an expired token is still found, for whoever judges it', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    await tokens.issue(tokenAt(clock, 'old', 'old login'))
    clock.advance(hourMilliseconds + 1000)
    await tokens.issue(tokenAt(clock, 'new', 'new login'))
    t.match(await tokens.find('old'), { hash: 'old' })
  })

  t.test('tokens long dead are forgotten, also behind one that lives for years', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    await tokens.issue(tokenAt(clock, 'long', 'long login', 3650 * 86_400))
    for (let index = 0; index < 1000; index++) {
      await tokens.issue(tokenAt(clock, `token ${index}`, `login ${index}`))
      clock.advance(hourMilliseconds)
    }
    const found = await Promise.all(Array.from({ length: 1000 }, (_, index) => tokens.find(`token ${index}`)))
    const remembered = found.filter((token) => token !== undefined).length
    t.ok(remembered > 0 && remembered < 20, `${remembered} are remembered`)
    t.match(await tokens.find('long'), { hash: 'long' })
  })

  t.test('a login whose first token is forgotten can still be revoked', async (t) => {
    const clock = stoppedClock()
    const tokens = await makeTokens(clock)
    await tokens.issue(tokenAt(clock, 'first', 'one login'))
    await tokens.issue(tokenAt(clock, 'second', 'one login', 3650 * 86_400))
    clock.advance(dayMilliseconds)
    for (let index = 0; index < 20; index++) await tokens.issue(tokenAt(clock, `${index}`, `login ${index}`))
    t.equal(await tokens.find('first'), undefined, 'it is forgotten')
    await tokens.revokeFamily('one login', secondsAfter(clock.now(), 86_400))
    t.equal(await tokens.find('second'), undefined)
  })
}

export function usersConformance(
  t: Test,
  makeUsers: (options: SignInOptions, people: readonly User[]) => Users | Promise<Users>,
): void {
  const byUsername: SignInOptions = { usernameAttributes: [], aliasAttributes: [], caseSensitive: true }
  const ada: User = {
    sub: 'sub-of-ada',
    username: 'Ada',
    status: 'CONFIRMED',
    enabled: true,
    attributes: {
      email: 'Ada@Example.com',
      email_verified: 'true',
      phone_number: '+4930123',
      preferred_username: 'Countess',
    },
    groups: ['admins'],
  }
  const joe: User = { ...ada, sub: 'sub-of-joe', username: 'joe', attributes: {}, groups: [] }

  t.test('everybody is forgotten for those who are put in their place', async (t) => {
    const users = await makeUsers(byUsername, [ada])
    await users.restore([joe])
    t.equal(await users.find('Ada'), undefined)
    t.equal(await users.bySub(ada.sub), undefined)
    t.strictSame(await users.list(), [joe])
    t.strictSame(await users.find('joe'), joe)
  })

  t.test('a user is found by username and by sub, and by nothing that the pool does not allow', async (t) => {
    const users = await makeUsers(byUsername, [ada, joe])
    t.strictSame(await users.find('Ada'), ada)
    t.strictSame(await users.find('sub-of-ada'), ada)
    t.strictSame(await users.bySub('sub-of-ada'), ada)
    for (const other of ['ada', 'Ada@Example.com', '+4930123', 'Countess', '', 'Ada ', '__proto__'])
      t.equal(await users.find(other), undefined, JSON.stringify(other))
    for (const other of ['Ada', 'SUB-OF-ADA', '']) t.equal(await users.bySub(other), undefined)
  })

  t.test('a username attribute is a name even if unverified', async (t) => {
    const users = await makeUsers({ ...byUsername, usernameAttributes: ['email', 'phone_number'] }, [
      ada,
      joe,
    ])
    t.strictSame(await users.find('Ada@Example.com'), ada)
    t.strictSame(await users.find('+4930123'), ada)
    t.equal(await users.find(''), undefined, 'joe has neither')
  })

  t.test('an alias is a name once it is verified, a preferred username at once', async (t) => {
    const aliasAttributes = ['email', 'phone_number', 'preferred_username']
    const users = await makeUsers({ ...byUsername, aliasAttributes }, [ada])
    t.strictSame(await users.find('Ada@Example.com'), ada)
    t.strictSame(await users.find('Countess'), ada)
    t.equal(await users.find('+4930123'), undefined, 'it was never verified')
  })

  t.test('a pool that ignores case does so for every name, and not for the sub as a key', async (t) => {
    const options = { ...byUsername, aliasAttributes: ['email', 'preferred_username'], caseSensitive: false }
    const users = await makeUsers(options, [ada])
    for (const name of ['ADA', 'ada', 'ADA@EXAMPLE.COM', 'countess', 'SUB-OF-ADA'])
      t.strictSame(await users.find(name), ada, name)
    t.equal(await users.bySub('SUB-OF-ADA'), undefined)
  })

  t.test('a user who is put in again goes by the new names and no longer by the old', async (t) => {
    const users = await makeUsers({ ...byUsername, usernameAttributes: ['email'] }, [ada, joe])
    const renamed = { ...ada, enabled: false, attributes: { email: 'countess@example.com' } }
    await users.put(renamed)
    t.strictSame(await users.find('countess@example.com'), renamed)
    t.strictSame(await users.find('Ada'), renamed)
    t.strictSame(await users.bySub('sub-of-ada'), renamed)
    t.equal(await users.find('Ada@Example.com'), undefined)
    t.equal((await users.list()).length, 2)
  })

  t.test('a name that went to somebody else stays with them when its old owner goes', async (t) => {
    const users = await makeUsers({ ...byUsername, aliasAttributes: ['email'] }, [ada])
    const heir = { ...ada, sub: 'sub-of-heir', username: 'heir' }
    await users.put(heir)
    t.strictSame(await users.find('Ada@Example.com'), heir, 'the last one has it')
    await users.remove('sub-of-ada')
    t.strictSame(await users.find('Ada@Example.com'), heir)
  })

  t.test('a user who is removed is gone under every name, and the others stay', async (t) => {
    const users = await makeUsers({ ...byUsername, usernameAttributes: ['email'] }, [ada, joe])
    t.strictSame(await users.list(), [ada, joe])
    await users.remove('sub-of-ada')
    await users.remove('sub-of-ada')
    await users.remove('nobody')
    for (const name of ['Ada', 'sub-of-ada', 'Ada@Example.com']) t.equal(await users.find(name), undefined)
    t.equal(await users.bySub('sub-of-ada'), undefined)
    t.strictSame(await users.list(), [joe])
  })
}

const mostAttempts = 3

export function verificationCodesConformance(
  t: Test,
  makeCodes: (clock: Clock) => VerificationCodes | Promise<VerificationCodes>,
): void {
  const world = async () => {
    const clock = stoppedClock()
    const codes = await makeCodes(clock)
    const code: VerificationCode = {
      purpose: 'sign-up',
      sub: 'some-sub',
      code: '123456',
      medium: 'EMAIL',
      attribute: 'email',
      destination: 'ada@example.com',
      expiresAt: secondsAfter(clock.now(), 3600),
    }
    const present = (typed: string, of: Partial<VerificationCode> = {}) =>
      codes.present({ ...code, ...of, code: typed }, clock.now(), mostAttempts)
    return { clock, codes, code, present }
  }

  keptConformance<KeptVerificationCode, VerificationCodes>(t, {
    make: makeCodes,
    async fill(codes) {
      const { code } = await world()
      await codes.issue(code)
      await codes.issue({ ...code, purpose: 'forgot-password' })
    },
    changed: (kept) => ({ ...kept, wrongAttempts: 7 }),
    isChanged: ({ wrongAttempts }) => wrongAttempts === 7,
  })

  t.test('what was seen of a code does not change when somebody gets it wrong', async (t) => {
    const { codes, code, present } = await world()
    await codes.issue(code)
    const before = await codes.records()
    await present('000000')
    t.strictSame(before, [{ code, wrongAttempts: 0 }])
    t.strictSame(await codes.records(), [{ code, wrongAttempts: 1 }])
  })

  t.test('the right code comes out as it went in, once', async (t) => {
    const { codes, code, present } = await world()
    await codes.issue(code)
    t.strictSame(await present('123456'), { outcome: 'accepted', code })
    t.strictSame(await present('123456'), { outcome: 'unknown' })
  })

  t.test('of 200 who present it at once one gets it', async (t) => {
    const { codes, code, present } = await world()
    await codes.issue(code)
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => present('123456')))
    t.equal(outcomes.filter(({ outcome }) => outcome === 'accepted').length, 1)
  })

  t.test('wrong ones count, and then not even the right one is accepted', async (t) => {
    const { codes, code, present } = await world()
    await codes.issue(code)
    for (let attempt = 0; attempt < mostAttempts; attempt++)
      t.strictSame(await present('000000'), { outcome: 'mismatch' })
    t.strictSame(await present('123456'), { outcome: 'exhausted' })
    await codes.issue({ ...code, code: '654321' })
    t.strictSame(
      await present('123456'),
      { outcome: 'mismatch' },
      'a new one takes its place, and starts again',
    )
    t.match(await present('654321'), { outcome: 'accepted' })
  })

  t.test('a code is for one user and one purpose, and dies at its time', async (t) => {
    const { clock, codes, code, present } = await world()
    await codes.issue(code)
    t.strictSame(await present('123456', { sub: 'other' }), { outcome: 'unknown' })
    t.strictSame(await present('123456', { purpose: 'forgot-password' }), { outcome: 'unknown' })
    clock.advance(hourMilliseconds)
    t.strictSame(await present('123456'), { outcome: 'expired', expiredAt: code.expiresAt })
  })
}

export function continuationsConformance(
  t: Test,
  makeContinuations: (clock: Clock) => Continuations | Promise<Continuations>,
): void {
  const stepAt = (clock: Clock, id: string): Continuation => ({
    id,
    clientId: 'some-client',
    step: { name: 'software-token', sub: 'some-sub' },
    expiresAt: secondsAfter(clock.now(), 180),
  })

  keptConformance<Continuation, Continuations>(t, {
    make: makeContinuations,
    async fill(continuations, clock) {
      for (const id of ['one', 'other']) await continuations.open(stepAt(clock, id))
    },
    changed: (continuation) => ({ ...continuation, clientId: 'another' }),
    isChanged: ({ clientId }) => clientId === 'another',
  })

  t.test('a continuation is found until it is closed, once, expired or not', async (t) => {
    const clock = stoppedClock()
    const continuations = await makeContinuations(clock)
    const one = stepAt(clock, 'one')
    await continuations.open(one)
    t.strictSame(await continuations.find('one'), one)
    clock.advance(4 * minuteMilliseconds)
    t.strictSame(await continuations.find('one'), one)
    for (const unknown of ['', 'two', '__proto__']) t.equal(await continuations.find(unknown), undefined)
    const closed = await Promise.all(Array.from({ length: 200 }, () => continuations.close('one')))
    t.equal(closed.filter(Boolean).length, 1)
    t.equal(await continuations.find('one'), undefined)
    t.equal(await continuations.close('never'), false)
  })
}

export function attemptsConformance(
  t: Test,
  makeAttempts: (clock: Clock) => Attempts | Promise<Attempts>,
): void {
  keptConformance<FailedAttempts, Attempts>(t, {
    make: makeAttempts,
    async fill(attempts, clock) {
      const until = secondsAfter(clock.now(), 900)
      for (const key of ['one', 'other'])
        await attempts.count(key, () => ({ key, count: 1, lockedUntil: until, expiresAt: until }))
    },
    changed: (failures) => ({ ...failures, count: 7 }),
    isChanged: ({ count }) => count === 7,
  })

  t.test('attempts are counted one by one, and forgotten when told', async (t) => {
    const clock = stoppedClock()
    const attempts = await makeAttempts(clock)
    const next = (before: FailedAttempts | undefined): FailedAttempts => ({
      key: 'some-sub',
      count: (before?.count ?? 0) + 1,
      lockedUntil: clock.now(),
      expiresAt: secondsAfter(clock.now(), 900),
    })
    t.equal(await attempts.find('some-sub'), undefined)
    await Promise.all(Array.from({ length: 200 }, () => attempts.count('some-sub', next)))
    t.equal((await attempts.find('some-sub'))?.count, 200)
    t.equal(await attempts.find('other-sub'), undefined)
    await attempts.forget('some-sub')
    await attempts.forget('some-sub')
    t.equal(await attempts.find('some-sub'), undefined)
  })
}

export function usedTokensConformance(
  t: Test,
  makeUsedTokens: (clock: Clock) => UsedTokens | Promise<UsedTokens>,
): void {
  keptConformance<UsedToken, UsedTokens>(t, {
    make: makeUsedTokens,
    async fill(used, clock) {
      for (const key of ['one', 'other']) await used.use(key, secondsAfter(clock.now(), 90))
    },
    changed: (token) => ({ ...token, forgetAt: new Date(0) }),
    isChanged: ({ forgetAt }) => forgetAt.getTime() === 0,
  })

  t.test('of 200 who use a token at once one is the first', async (t) => {
    const clock = stoppedClock()
    const used = await makeUsedTokens(clock)
    const until = secondsAfter(clock.now(), 90)
    const first = await Promise.all(Array.from({ length: 200 }, () => used.use('some-sub 1', until)))
    t.equal(first.filter(Boolean).length, 1)
    t.equal(await used.use('some-sub 2', until), true)
    clock.advance(minuteMilliseconds)
    t.equal(await used.use('some-sub 1', until), false)
  })
}
