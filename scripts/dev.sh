#!/usr/bin/env bash
# A debug build that follows every change of a source and reloads the page.
# Its pages lie beside those of the release, so that neither spoils the other.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
scripts/setup.sh build
export LEPTOS_SITE_ROOT=target/site-dev
exec cargo leptos watch --cargo-locked -- serve --demo "$@"
