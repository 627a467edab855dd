#!/usr/bin/env bash
# Everything that must hold before a change is handed in, each step with its
# seconds. A step that fails does not stop the ones after it: one run shows all
# that is wrong. The last lines are the two runners' own totals.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh

say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }

failed=""
last_words=$(mktemp)
step() {
  local name=$1 started=$SECONDS verdict=passed log
  log=$(mktemp)
  shift
  say "$name"
  "$@" 2>&1 | tee "$log" || {
    verdict=FAILED
    failed="$failed, $name"
    { printf -- '--- the end of "%s":\n' "$name"; tail -n 20 "$log"; } >>"$last_words"
  }
  rm -f "$log"
  printf -- '--- %s: %s after %s s\n' "$name" "$verdict" "$((SECONDS - started))"
}

# Without its tools nothing after it means anything.
required_step() {
  step "$@"
  [ -z "$failed" ] || exit 1
}

# The test of the official Python client finds it through these.
export ALLOWANCE_PYTHON="$ALLOWANCE_TOOLS/python/bin/python"
export ALLOWANCE_PYTHON_CLIENT="$ALLOWANCE_TOOLS/python-client"

rust_log=$(mktemp)
browser_report=end2end/test-results/report.json
trap 'rm -f "$rust_log" "$last_words"' EXIT
rm -f "$browser_report"

rust_tests() {
  cargo nextest run --workspace --locked --no-fail-fast --features allowance-app/ssr 2>&1 | tee "$rust_log"
}
browser_types() { (cd end2end && npx tsc --noEmit); }
lighthouse() {
  case "$failed" in
    *"release build"*) echo "not run: there is no release of these sources"; return 1 ;;
  esac
  node end2end/lighthouse.mjs
}
browser_tests() {
  case "$failed" in
    *"release build"*) echo "not run: there is no release of these sources"; return 1 ;;
  esac
  (cd end2end && npx playwright test)
}

required_step "set-up" scripts/setup.sh test
step "formatting" cargo fmt --all --check
step "lints, server" cargo clippy --workspace --all-targets --locked --features allowance-app/ssr -- -D warnings
step "lints, browser" cargo clippy --package allowance-app --locked --features hydrate \
  --target wasm32-unknown-unknown -- -D warnings
step "types of the browser tests" browser_types
step "fuzz targets" cargo check --locked --manifest-path fuzz/Cargo.toml --target-dir target/fuzz-check
step "release build" scripts/build.sh
step "download budget" node end2end/budget.mjs
step "Rust tests" rust_tests
step "Lighthouse" lighthouse
step "browser tests" browser_tests

say "totals after $SECONDS s"
cat "$last_words"
[ -z "$failed" ] || printf 'failed: %s\n' "${failed#, }"
grep -E '^ *Summary \[' "$rust_log" || printf 'rust: 0 passed, 1 failed\n'
node end2end/totals.mjs "$browser_report"
[ -z "$failed" ]
