#!/usr/bin/env bash
# The console's pages on a long ledger beside a short one, in one release process.
# The ledgers are made once and kept in target/bench; delete them to make them anew.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
scripts/setup.sh build
mkdir -p target/bench
exec cargo bench --package server --bench console --locked
