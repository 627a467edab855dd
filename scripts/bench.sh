#!/usr/bin/env bash
# What a call costs beside its opponents, then the console's pages on a long ledger
# beside a short one, each in one release process. The long ledgers are made once
# and kept in target/bench; delete them to make them anew.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
scripts/setup.sh build
mkdir -p target/bench
cargo bench --package server --bench calls --locked
exec cargo bench --package server --bench console --locked
