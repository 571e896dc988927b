// What mocknito promises, as ratios within one run: a faster machine or a busier one moves both sides. Each round gives one
// ratio; the median of those counts.
import { median } from './statistics.js'

/**
 * @param {import('./main.js').Measurements} measured
 * @returns {{ sentence: string, ratio: number, ratios: number[], met: boolean }[]}
 */
export function judge({ contenders, inProcess, rawSigning, sizes }) {
  const { mocknito, bareFastify, oidcProvider, oidcProviderJwt } = contenders
  return [
    target(
      'cold start: at most 1.3 x a bare Fastify app',
      (ratio) => ratio <= 1.3,
      mocknito.coldStartOnCore,
      bareFastify.coldStartOnCore,
    ),
    target(
      'full logins: at least 2 x oidc-provider as it comes',
      (ratio) => ratio >= 2,
      mocknito.logins,
      oidcProvider.logins,
    ),
    target(
      'full logins: at least 2 x oidc-provider, lean, that signs as many tokens',
      (ratio) => ratio >= 2,
      mocknito.logins,
      oidcProviderJwt.logins,
    ),
    target(
      'code exchange: at least 0.8 x what two raw RS256 signatures each allow',
      (ratio) => ratio >= 0.8,
      mocknito.exchanges,
      rawSigning.map((perSecond) => perSecond / 2),
    ),
    target(
      'first start in a test’s process, with the import: at most 2 x oauth2-mock-server',
      (ratio) => ratio <= 2,
      inProcess.mocknito.map(({ firstStart }) => firstStart),
      inProcess.oauth2MockServer.map(({ firstStart }) => firstStart),
    ),
    target(
      'createPool(): less than a tenth of that start',
      (ratio) => ratio < 0.1,
      inProcess.mocknito.map(({ createPool }) => createPool),
      inProcess.mocknito.map(({ firstStart }) => firstStart),
    ),
    ...['many', 'most', 'used'].map((name) =>
      target(
        `logins ${of[name]}: at least 0.9 x those in a new pool of one`,
        (ratio) => ratio >= 0.9,
        sizes.rates[name].logins,
        sizes.rates.few.logins,
      ),
    ),
    limit('bytes a user: less than 2048', sizes.bytesPerUser, 2048),
    limit('bytes a login: less than 4096', sizes.bytesPerLogin, 4096),
    limit('bytes a login when it has expired: less than a tenth of that', sizes.bytesPerLoginLater, 409.6),
  ]
}

const of = { many: 'in a pool of 10 000', most: 'in a pool of 100 000', used: 'after many logins' }

const limit = (sentence, value, limit) => ({
  sentence,
  ratio: value,
  ratios: [value],
  met: value < limit,
})

function target(sentence, isMet, ours, theirs) {
  const ratios = ours.map((value, round) => value / theirs[round])
  const ratio = median(ratios)
  return { sentence, ratio, ratios, met: isMet(ratio) }
}
