#!/bin/bash
# Succeeds where every model has a version that is served. By bash alone, since
# the server's image has no curl; and by the state, since a model that still
# loads, or could not be, answers with HTTP 200 too.
for name in {{ names | join(" ") }}; do
  exec 3<>/dev/tcp/127.0.0.1/8501 || exit 1
  printf 'GET /v1/models/%s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$name" >&3
  grep -q '"AVAILABLE"' <&3 || exit 1
  exec 3>&-
done
