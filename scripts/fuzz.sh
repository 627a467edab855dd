#!/usr/bin/env bash
# Runs each fuzz target for a minute, or for $FUZZ_SECONDS; names as arguments choose
# some. The corpus of the repository is where each begins; what it finds on its way
# stays in target/fuzz. The same targets work with cargo-fuzz. These flags need no
# nightly: the code under test has no unsafe part that a sanitizer would have to watch.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

seconds=${FUZZ_SECONDS:-60}
host=$(rustc -vV | sed -n 's/^host: //p')
# With --target, build scripts and macros are not instrumented.
RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1" \
  cargo build --release --locked --manifest-path fuzz/Cargo.toml --target "$host" --target-dir target/fuzz

targets=("$@")
if ((${#targets[@]} == 0)); then
  targets=(answer body catalogue key meter)
fi
for target in "${targets[@]}"; do
  found=target/fuzz/corpus/$target
  crashes=target/fuzz/crashes/$target/
  mkdir -p "$found" "$crashes"
  echo "fuzzing $target for $seconds seconds"
  "target/fuzz/$host/release/$target" "$found" "fuzz/corpus/$target" -max_total_time="$seconds" \
    -timeout=5 -rss_limit_mb=1024 -max_len=8192 -dict=fuzz/words.dict -print_final_stats=1 \
    -artifact_prefix="$crashes" 2>&1 | tail -n 12
done
