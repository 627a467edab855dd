#!/usr/bin/env bash
# Runs the built release with the arguments given, for instance `serve --demo`,
# and tells it where its pages lie. Builds nothing.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
export LEPTOS_OUTPUT_NAME=allowance
export LEPTOS_HASH_FILES=true
export LEPTOS_SITE_ROOT="$root/target/site"
export LEPTOS_ENV=PROD
exec "${CARGO_TARGET_DIR:-$root/target}/release/allowance" "$@"
