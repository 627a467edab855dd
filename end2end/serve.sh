#!/usr/bin/env bash
# The server that the browser tests meet: the built release with a demo
# database that is new in each run, and stays afterwards to be looked at. Its time
# begins at the instant that tests/console.ts knows, so every run shows the same days.
set -euo pipefail
cd "$(dirname "$0")/.."
folder="$PWD/target/end2end"
rm -rf "$folder"
mkdir -p "$folder"
export DATABASE_URL="sqlite:$folder/e2e.db"
export ALLOWANCE_LOG="${ALLOWANCE_LOG:-warn}"
# The tests read the printed command from it.
exec scripts/serve.sh serve --demo --demo-start 2026-11-20T14:30:00Z >"$folder/welcome.txt"
