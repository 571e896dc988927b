#!/usr/bin/env bash
# Writes what AWS tells about a user pool into a folder, as the AWS CLI prints it: `mocknito --fixture FOLDER` starts with
# that pool, `mocknito import FOLDER > fixture.json` makes one file of it. It only reads. Any AWS CLI, version 1 or 2, with
# credentials that may describe and list (the managed policy AmazonCognitoReadOnly is enough).
#
#   bash export-from-aws.sh us-east-1_AbCdEfGhI [FOLDER]
#
# The folder then holds client secrets and what people have told about themselves: it is readable by you only. Keep
# production people out of a repository.
set -euf -o pipefail # -f: a name is never a pattern of file names
umask 077
export AWS_PAGER=

pool=${1:?the id of a user pool, as in us-east-1_AbCdEfGhI}
folder=${2:-$pool}

ask() { aws cognito-idp "$@" --region "${pool%%_*}"; }
print() { ask "$1" --user-pool-id "$pool" --output json "${@:2}"; }
names() { ask "$1" --user-pool-id "$pool" --output text --query "$2"; }
# A name may have a slash in it, a file name may not.
file() {
  local name=${2//%/%25}
  echo "$folder/$1/${name//\//%2F}.json"
}

mkdir -p "$folder"/{domains,clients,groups,identity-providers}

print describe-user-pool >"$folder/describe-user-pool.json"
print get-user-pool-mfa-config >"$folder/get-user-pool-mfa-config.json"
print list-user-pool-clients >"$folder/list-user-pool-clients.json"
print list-resource-servers >"$folder/list-resource-servers.json"
print list-groups >"$folder/list-groups.json"
print list-users >"$folder/list-users.json"

domains=$(names describe-user-pool 'UserPool.[Domain,CustomDomain]')
for name in $domains; do
  [ "$name" = None ] || ask describe-user-pool-domain --domain "$name" --output json >"$(file domains "$name")"
done
clients=$(names list-user-pool-clients 'UserPoolClients[].ClientId')
for id in $clients; do
  print describe-user-pool-client --client-id "$id" >"$(file clients "$id")"
done
groups=$(names list-groups 'Groups[].GroupName')
for name in $groups; do
  print list-users-in-group --group-name "$name" >"$(file groups "$name")"
done
providers=$(names list-identity-providers 'Providers[].ProviderName')
for name in $providers; do
  print describe-identity-provider --provider-name "$name" >"$(file identity-providers "$name")"
done
