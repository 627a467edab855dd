#!/usr/bin/env bash
# From a clone to the running demo: sets up, builds what changed, starts the server.
# The server itself prints its address, the demo sign-ins and a first call.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh
exec scripts/serve.sh serve --demo "$@"
