// The command that makes the browsers of a machine trust a CA, for the person at the keyboard: none of them may be run
// without being asked.

/**
 * @param platform as in `process.platform`
 * @example
 * howToTrust('/home/me/ca.pem', 'darwin') // security add-trusted-cert …
 */
export function howToTrust(caFile: string, platform: NodeJS.Platform): string {
  if (platform === 'darwin')
    return `security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db "${caFile}"`
  if (platform === 'win32') return `certutil -user -addstore Root "${caFile}"`
  return `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n mocknito -i "${caFile}"`
}
