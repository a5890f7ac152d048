#!/bin/sh
# Creates a filtered database and prints its connection string: sh curl_client.sh "customers from Canada"
#
# DATAVALUT_SOURCE is the source's connection string, DATAVALUT_API the API's address. See README.md.
set -eu

api="${DATAVALUT_API:-http://localhost:8002/datavalut}"
source="${DATAVALUT_SOURCE:?is not set: the connection string of the source}"
prompt="${1:?is missing: which rows, in a sentence}"

# One text field of a JSON object, as it stands in the object: with what JSON escapes in it.
text_of() {
  sed -En "s/.*\"$1\":\"(([^\"\\\\]|\\\\.)*)\".*/\\1/p"
}

# A text as JSON.
quoted() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g')"
}

# The body goes in by a pipe: as an argument, its password could be seen in the list of processes.
# shellcheck disable=SC2086  # CURL_OPTIONS are several words
created=$(printf '{"source_db_connection": %s, "filter_prompt": %s}' "$(quoted "$source")" "$(quoted "$prompt")" |
  curl --silent --show-error ${CURL_OPTIONS:-} --request POST "$api/create-filtered-db" \
    --header 'Content-Type: application/json' --data-binary @-)
job_id=$(printf '%s' "$created" | text_of job_id)
if [ -z "$job_id" ]; then
  printf 'Refused: %s\n' "$(printf '%s' "$created" | text_of message)" >&2
  exit 1
fi
printf 'Job created: %s\n' "$job_id" >&2

while true; do
  # shellcheck disable=SC2086
  job=$(curl --silent --show-error --fail ${CURL_OPTIONS:-} "$api/job/$job_id")
  # The result holds texts of its own: status and message are the first of their names, before it.
  status=$(printf '%s' "${job%%\"result\":*}" | text_of status)
  message=$(printf '%s' "${job%%\"result\":*}" | text_of message)
  printf '%s: %s\n' "$status" "$message" >&2
  case "$status" in
  completed)
    printf '%s\n' "$job" | text_of connection_string
    exit 0
    ;;
  failed | cancelled)
    exit 1
    ;;
  esac
  sleep "${DATAVALUT_POLL_SECONDS:-5}"
done
