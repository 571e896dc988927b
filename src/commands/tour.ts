// mocknito tour: the authorization-code grant step by step, each step a command that can be copied. The whole is a
// shell script: `mocknito tour | sh` walks it.
import type { StartedMocknito } from '../start.ts'

/** The walk through a mock that listens, as alice at the client called web. */
export function tour({
  url,
  pool,
  controlToken,
}: Pick<StartedMocknito, 'url' | 'pool' | 'controlToken'>): string {
  const { id, secret = '', callbackUrls, logoutUrls } = pool.client('web')
  const callback = callbackUrls[0] as string
  const logout = logoutUrls[0] as string
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: id,
    redirect_uri: callback,
    scope: 'openid email profile',
    state: 'abc',
  })
  const token = controlToken === undefined ? '' : ` -H 'Authorization: Bearer ${controlToken}'`
  const field = (name: string) => `sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/'`
  return `# 1. The app sends the browser to the authorize endpoint. Open this, sign in as alice with Passw0rd!, and
#    read the code from the address of the page that you are sent to:
#    ${url}/oauth2/authorize?${query}
#    Or let the mock sign alice in without a browser:
CODE=$(curl -s ${url}/_mock/v1/pools/default/signins${token} -H 'Content-Type: application/json' \\
  -d '{"user":"alice","authorizeUrl":"/oauth2/authorize?${query}"}' | ${field('code')})
echo "code: $CODE"

# 2. The back end of the app exchanges the code, with its secret, where no browser can see it.
TOKENS=$(curl -s ${url}/oauth2/token -u ${id}:${secret} \\
  -d grant_type=authorization_code --data-urlencode "code=$CODE" --data-urlencode redirect_uri=${callback})
echo "tokens: $TOKENS"

# 3. The code is used up: somebody who steals it now gets nothing.
curl -s ${url}/oauth2/token -u ${id}:${secret} \\
  -d grant_type=authorization_code --data-urlencode "code=$CODE" --data-urlencode redirect_uri=${callback}
echo

# 4. With the access token the app asks who that is.
ACCESS=$(echo "$TOKENS" | ${field('access_token')})
curl -s ${url}/oauth2/userInfo -H "Authorization: Bearer $ACCESS"
echo

# 5. An hour later the refresh token gets new ones.
REFRESH=$(echo "$TOKENS" | ${field('refresh_token')})
curl -s ${url}/oauth2/token -u ${id}:${secret} -d grant_type=refresh_token --data-urlencode "refresh_token=$REFRESH"
echo

# 6. Logging out: the refresh token is revoked, and the browser goes to the sign-out of the pool.
curl -s ${url}/oauth2/revoke -u ${id}:${secret} --data-urlencode "token=$REFRESH"
curl -s -o /dev/null -w 'logged out, and sent to %{redirect_url}\\n' \\
  '${url}/logout?client_id=${id}&logout_uri=${encodeURIComponent(logout)}'
`
}
