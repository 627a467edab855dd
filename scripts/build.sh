#!/usr/bin/env bash
# Sets up, then builds the release: target/release/allowance and target/site.
# Does nothing when no source is newer than the last build: `cargo leptos build`
# alone would optimise and compress the WebAssembly again each time.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh

scripts/setup.sh build

target="${CARGO_TARGET_DIR:-target}"
binary="$target/release/allowance"
stamp="$target/release/allowance.built"
sources=(app server style public migrations Cargo.toml Cargo.lock .cargo scripts/setup.sh)

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

# What a build leaves, and the compiler that made it: the stamp is void when
# someone else's build has written over it.
outcome() {
  rustc --version
  ls -ln "$binary" "$target/release/hash.txt" target/site/pkg
}

unchanged() {
  [ -f "$stamp" ] && [ -x "$binary" ] && [ "$(outcome 2>/dev/null)" = "$(cat "$stamp")" ] \
    && [ -z "$(find "${sources[@]}" -newer "$stamp" ! -path 'server/tests*' ! -path 'server/benches*' -print | head -n 1)" ]
}

if unchanged; then
  say "nothing changed since the last build"
  exit
fi

say "building the release (about 7 minutes from nothing on 2 cores, then about 1)"
started=$SECONDS
mkdir -p "$target/release"
rm -f "$stamp"
# The stamp is dated to the start: what is edited during the build is newer than it.
touch "$stamp.start"
# Names carry their content's hash, so those of earlier builds would stay for ever.
rm -rf target/site
cargo leptos build --release --precompress --cargo-locked
outcome >"$stamp"
touch -r "$stamp.start" "$stamp"
rm "$stamp.start"
say "built in $((SECONDS - started)) s"
