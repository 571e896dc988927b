#!/bin/sh
# Tells the mock by which name browsers reach it, which in a Codespace is that of the forwarded port, and tells the app where the
# mock is, in .env.mocknito. The app's back channel stays on 127.0.0.1: a private port of a Codespace asks callers to log in.
set -eu
control=${MOCKNITO_URL:-http://127.0.0.1:9400}/_mock/v1
token='Authorization: Bearer of-this-container'
if [ "${CODESPACES:-}" = true ]; then
  url="https://$CODESPACE_NAME-9400.$GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN"
  curl -fsS -X PATCH "$control/info" -H "$token" -H 'Content-Type: application/json' -d "{\"publicUrl\":\"$url\"}"
fi
curl -fsS -H "$token" "$control/env?format=dotenv" > .env.mocknito
