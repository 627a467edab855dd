#!/usr/bin/env bash
# Mixed traffic on the real process, which is killed every so often, for an hour or
# for $ALLOWANCE_SOAK_SECONDS; then `allowance verify`, and every acknowledged call is
# looked up in the ledger. It runs copies: what is built meanwhile changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh

built=$(cargo test --no-run --locked --package server --test suite --features allowance-app/ssr 2>&1 |
  tee /dev/stderr)
suite=$(sed -n 's/.*Executable tests\/suite\/main.rs (\(.*\))/\1/p' <<<"$built")
copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT
cp "$suite" "$copies/suite"
cp "${CARGO_TARGET_DIR:-target}/debug/allowance" "$copies/allowance"
cd server
ALLOWANCE_TEST_BINARY="$copies/allowance" "$copies/suite" soak::for_an_hour --exact --ignored --nocapture
