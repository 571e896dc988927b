// The names by which the HTTPS port can be called, as a certificate spells them: host names in ASCII and small letters,
// a wildcard for a whole leftmost label (RFC 6125 §6.4.3), addresses without brackets. Some lie on this machine,
// whoever asks; the others belong to somebody.
import { isIP, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { isLoopbackHost } from '../idp/urls.ts'
import { StartError } from '../start-error.ts'

/**
 * What every certificate of ours is good for. Node, OpenSSL and Chromium accept no wildcard right below the top, others
 * do: so the domains of pools are to be named one by one as well.
 */
export const loopbackNames = ['localhost', '*.localhost', '127.0.0.1', '::1'] as const

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const hostName = new RegExp(String.raw`^(?=.{1,253}$)(?:\*\.)?${label}(?:\.${label})*$`)

/**
 * The one way to spell a name or an address.
 *
 * @throws StartError if it is neither
 * @example
 * certificateName('Cognito.test') // cognito.test
 * certificateName('[0:0::1]') // ::1
 */
export function certificateName(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/s, '$1')
  const url = `http://${hostInUrl(bare)}`
  if (isIP(bare) !== 0 && URL.canParse(url)) return new URL(url).hostname.replace(/[[\]]/g, '')
  const name = /[/\\?#%]/.test(bare) ? '' : domainToASCII(bare)
  if (hostName.test(name)) return name
  throw new StartError(`the https name ${text} is neither a host name nor an IP address`)
}

/** A name or an address, as URLs write it. */
export const hostInUrl = (name: string): string => (isIPv6(name) ? `[${name}]` : name)

/** Whether a name leads to the machine that uses it, wherever that is. */
export const isLoopbackName = (name: string): boolean => isLoopbackHost(hostInUrl(name.replace('*.', '')))
