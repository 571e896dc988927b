// Who logs in where: the web client and alice of mocknito's default world. The other servers are set up with the same.

export const client = {
  id: 'mockwebclient0000000000001',
  secret: 'mockwebsecret000000000000000000000000000000000000001',
  redirectUri: 'http://localhost:9401/auth/callback',
}

export const username = 'alice'
export const password = 'Passw0rd!'

/** People of a pool of any size; the first is the one of the default world. */
export const nameOf = (index) => (index === 0 ? username : `person-${index}`)
