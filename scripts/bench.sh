#!/usr/bin/env bash
# The console's pages on a long ledger beside a short one, then what a call costs
# beside its opponents (nginx too, where it is installed), each in one release
# process. The long ledgers are made once and kept in target/bench; delete them to
# make them anew.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
scripts/setup.sh build
mkdir -p target/bench
cargo bench --package server --bench console --locked
cargo build --release --locked --manifest-path server/benches/limiter/Cargo.toml --target-dir target/bench-limiter
exec cargo bench --package server --bench calls --locked
