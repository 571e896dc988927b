// What a store keeps, and who can read it.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createVault } from '../../src/bff/vault.ts'

const [older, newer] = [randomBytes(32), randomBytes(32)]
const secret = { refreshToken: 'eyJ-very-secret' }

t.test('what is sealed says nothing, and opens under its own name only', async (t) => {
  const vault = createVault([newer])
  const sealed = vault.seal(secret, 'session-1')
  t.notMatch(sealed, 'very-secret')
  t.notMatch(Buffer.from(sealed, 'base64url').toString('latin1'), 'very-secret')
  t.strictSame(vault.open(sealed, 'session-1'), secret)
  t.equal(vault.open(sealed, 'session-2'), undefined, 'the tokens of one person are not given to another')
  t.not(vault.seal(secret, 'session-1'), sealed, 'each time it looks different')
})

t.test('what was tampered with, cut off or made up does not open', async (t) => {
  const vault = createVault([newer])
  const sealed = vault.seal(secret, 'x')
  const flipped = Buffer.from(sealed, 'base64url')
  flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1
  for (const bad of [flipped.toString('base64url'), sealed.slice(0, 20), '', 'nonsense'])
    t.equal(vault.open(bad, 'x'), undefined)
})

t.test('keys rotate: the first seals, each opens, and a retired one opens nothing', async (t) => {
  const before = createVault([older]).seal(secret, 'x')
  const during = createVault([newer, older])
  t.strictSame(during.open(before, 'x'), secret)
  const after = createVault([newer])
  t.strictSame(after.open(during.seal(secret, 'x'), 'x'), secret)
  t.equal(after.open(before, 'x'), undefined)
})

t.test('without a key each start has its own', async (t) => {
  const vault = createVault([])
  t.strictSame(vault.open(vault.seal(secret, 'x'), 'x'), secret)
  t.equal(createVault([]).open(vault.seal(secret, 'x'), 'x'), undefined)
})
