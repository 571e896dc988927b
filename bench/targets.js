// What mocknito promises, as ratios within one run: a faster machine or a busier one moves both sides. Each round gives one
// ratio; the median of those counts.
import { median } from './statistics.js'

/**
 * @param {import('./main.js').Measurements} measured
 * @returns {{ sentence: string, ratio: number, ratios: number[], met: boolean }[]}
 */
export function judge({ contenders, rawSigning }) {
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
  ]
}

function target(sentence, isMet, ours, theirs) {
  const ratios = ours.map((value, round) => value / theirs[round])
  const ratio = median(ratios)
  return { sentence, ratio, ratios, met: isMet(ratio) }
}
