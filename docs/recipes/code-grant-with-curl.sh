#!/usr/bin/env bash
# The authorization-code grant by hand: authorize in a browser, exchange the code with curl, ask who it was. Start the mock
# (`npm start`, or `npm run mock`), then run this. Each step prints what it does, so it can be copied.
#
# It asks for the address that the browser was sent to. With WALK_USERNAME and WALK_PASSWORD it signs in by itself, on
# the same page, with a cookie jar. Against a real pool, set the five variables below.
set -euo pipefail

DOMAIN=${DOMAIN:-http://127.0.0.1:9400}
CLIENT_ID=${CLIENT_ID:-mockwebclient0000000000001}
CLIENT_SECRET=${CLIENT_SECRET:-mockwebsecret000000000000000000000000000000000000001}
REDIRECT_URI=${REDIRECT_URI:-http://localhost:9401/auth/callback}
SCOPE=${SCOPE:-openid email profile}

say() { printf '\n# %s\n' "$*" >&2; }
encode() {
  local text=$1 index letter
  for ((index = 0; index < ${#text}; index++)); do
    letter=${text:index:1}
    case $letter in
      [a-zA-Z0-9.~_-]) printf %s "$letter" ;;
      *) printf '%%%02X' "'$letter" ;;
    esac
  done
}
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

# Steps 1 to 3 of the grant: the browser goes to the authorize endpoint, the user signs in, the app gets a code.
authorize="$DOMAIN/oauth2/authorize?response_type=code&client_id=$CLIENT_ID&redirect_uri=$(encode "$REDIRECT_URI")&scope=$(encode "$SCOPE")&state=by-hand"
say 'Authorize, in a browser:'
echo "$authorize" >&2

if [ -n "${WALK_USERNAME:-}" ]; then
  jar=$(mktemp)
  trap 'rm -f "$jar"' EXIT
  page=$(curl -sSL -c "$jar" -b "$jar" "$authorize")
  action=$(printf %s "$page" | grep -o '<form action="[^"]*"' | head -n 1 | sed 's/^<form action="//; s/"$//; s/&amp;/\&/g')
  csrf=$(printf %s "$page" | grep -o 'name="_csrf" value="[^"]*"' | head -n 1 | sed 's/.*value="//; s/"$//')
  callback=$(curl -sS -b "$jar" -o /dev/null -w '%{redirect_url}' "$DOMAIN$action" \
    --data-urlencode "_csrf=$csrf" --data-urlencode "username=$WALK_USERNAME" --data-urlencode "password=$WALK_PASSWORD")
else
  say 'Sign in, and paste the address that the browser was sent to:'
  read -r callback
fi
case $callback in
  *[?\&]code=*) code=$(printf %s "$callback" | sed 's/.*[?&]code=//; s/&.*//') ;;
  *) say "there is no code in '$callback'"; exit 1 ;;
esac
say "The code, good for five minutes and for one use: $code"

# Step 4: the app exchanges the code, with its own credentials, behind the browser's back.
credentials=$(printf %s "$CLIENT_ID:$CLIENT_SECRET" | base64 | tr -d '\n')
say "curl $DOMAIN/oauth2/token -H 'Authorization: Basic $credentials' --data-urlencode grant_type=authorization_code …"
tokens=$(curl -sS "$DOMAIN/oauth2/token" \
  -H "Authorization: Basic $credentials" \
  --data-urlencode 'grant_type=authorization_code' \
  --data-urlencode "code=$code" \
  --data-urlencode "redirect_uri=$REDIRECT_URI")
access_token=$(printf %s "$tokens" | field access_token)
[ -n "$access_token" ] || { say "no tokens: $tokens"; exit 1; }
say "An access token for $(printf %s "$tokens" | field expires_in) seconds"

# Step 5: who is it?
say "curl $DOMAIN/oauth2/userInfo -H 'Authorization: Bearer …'"
curl -sS "$DOMAIN/oauth2/userInfo" -H "Authorization: Bearer $access_token"
echo
