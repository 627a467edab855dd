#!/usr/bin/env bash
# Installs what the build needs and this machine lacks, and nothing else:
#
#   scripts/setup.sh build     wasm target, wasm-bindgen, cargo-leptos, wasm-opt
#   scripts/setup.sh test      the same, and cargo-nextest, Playwright, a Chromium, the official Python client
#
# Tools go into one folder for each user (ALLOWANCE_TOOLS, by default
# ~/.cache/allowance/tools), so a second clone finds them and takes no time.
# Nothing is put on the PATH of your shell: scripts/env.sh does that for make.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh

WASM_BINDGEN=0.2.128   # must equal the `wasm-bindgen` pin in Cargo.toml
CARGO_LEPTOS=0.3.10
BINARYEN=132.0.0
NEXTEST=0.9.143
NODE=20                # the oldest major version that runs wasm-opt and Playwright
PYTHON=3.10            # the oldest that the official client allows

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
debian_root() { [ "$(id -u)" = 0 ] && have apt-get; }
recorded() { cat "$ALLOWANCE_TOOLS/$1.version" 2>/dev/null || true; }
record() { echo "$2" >"$ALLOWANCE_TOOLS/$1.version"; }

# Two clones may be set up at the same time; the tools are built once.
# A folder is the lock: `mkdir` is atomic everywhere, and macOS has no flock.
lock() {
  local folder="$ALLOWANCE_TOOLS/lock" told="" owner
  mkdir -p "$ALLOWANCE_TOOLS/bin"
  until mkdir "$folder" 2>/dev/null; do
    owner=$(cat "$folder/pid" 2>/dev/null || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$folder"
      continue
    fi
    [ -n "$told" ] || say "waiting for another set-up (process ${owner:-unknown}) to finish; if there is none, remove $folder"
    told=yes
    sleep 1
  done
  echo $$ >"$folder/pid"
  trap 'rm -rf "$ALLOWANCE_TOOLS/lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# Tools are built for use, not for speed: without link-time optimisation they
# are ready in a quarter of the time.
install_crate() {
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    CARGO_TARGET_DIR="$ALLOWANCE_TOOLS/build" \
    cargo install --quiet --locked --force --root "$ALLOWANCE_TOOLS" "$@"
}

wasm_target_missing() {
  [ ! -d "$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null || true)" ]
}

add_wasm_target() {
  say "adding the Rust target wasm32-unknown-unknown (under a minute)"
  if have rustup; then
    rustup target add wasm32-unknown-unknown && return
    debian_root || die "rustup could not add the target wasm32-unknown-unknown: add it by hand, then run this again"
    wasm_from_debian
  else
    die "this Rust has no target wasm32-unknown-unknown: install your system's package for it (Debian: libstd-rust-dev-wasm32) or Rust from https://rustup.rs, then run this again"
  fi
}

# Debian's compiler and wasm sources, for a machine where rustup's server is out of reach.
wasm_from_debian() {
  say "rustup could not reach its server: taking the compiler and its wasm target from Debian (about 3 minutes)"
  apt-get update -qq
  apt-get install -y -qq rustc-web cargo-web rust-web-src lld >/dev/null
  local scratch host sysroot=/usr/lib/rustlib
  scratch=$(mktemp -d)
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  mkdir -p "$scratch/src"
  printf '[package]\nname="empty"\nversion="0.0.0"\nedition="2021"\n[lib]\ncrate-type=["rlib"]\n' >"$scratch/Cargo.toml"
  : >"$scratch/src/lib.rs"
  (cd "$scratch" && CARGO_TARGET_DIR="$scratch/target" RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc /usr/bin/cargo build --release \
    -Zbuild-std=std,panic_abort --target wasm32-unknown-unknown)
  mkdir -p "$sysroot/wasm32-unknown-unknown/lib" "$sysroot/$host/bin"
  cp "$scratch"/target/wasm32-unknown-unknown/release/deps/*.rlib "$sysroot/wasm32-unknown-unknown/lib/"
  ln -sf "$(command -v rust-lld || command -v lld)" "$sysroot/$host/bin/rust-lld"
  rm -rf "$scratch"
  rustup toolchain link debian /usr
  export RUSTUP_TOOLCHAIN=debian
  echo "export RUSTUP_TOOLCHAIN=debian" >"$ALLOWANCE_TOOLS/env"
}

build_tools() {
  have cargo || die "Rust is missing: install it from https://rustup.rs, then run this again"
  have cc || die "a C compiler is missing (SQLite is compiled in): install gcc or clang, then run this again"
  if ! have node || ! have npm; then die "Node.js with npm is missing: install Node $NODE or newer, then run this again"; fi
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$NODE" ] || die "Node $(node --version) is too old: install Node $NODE or newer, then run this again"

  if wasm_target_missing; then add_wasm_target; fi
  if [ "$("$ALLOWANCE_TOOLS/bin/wasm-bindgen" --version 2>/dev/null)" != "wasm-bindgen $WASM_BINDGEN" ]; then
    say "building wasm-bindgen $WASM_BINDGEN (about 1 minute)"
    install_crate wasm-bindgen-cli --version "$WASM_BINDGEN"
  fi
  if [ ! -x "$ALLOWANCE_TOOLS/bin/cargo-leptos" ] || [ "$(recorded cargo-leptos)" != "$CARGO_LEPTOS" ]; then
    say "building cargo-leptos $CARGO_LEPTOS (about 6 minutes on 2 cores, once)"
    install_crate cargo-leptos --version "$CARGO_LEPTOS" --features no_downloads
    record cargo-leptos "$CARGO_LEPTOS"
  fi
  if [ ! -x "$ALLOWANCE_TOOLS/bin/wasm-opt" ] || [ "$(recorded binaryen)" != "$BINARYEN" ]; then
    say "installing wasm-opt (binaryen $BINARYEN, a few seconds)"
    npm install --silent --no-fund --no-audit --prefix "$ALLOWANCE_TOOLS/npm" "binaryen@$BINARYEN" >/dev/null
    ln -sf "$ALLOWANCE_TOOLS/npm/node_modules/.bin/wasm-opt" "$ALLOWANCE_TOOLS/bin/wasm-opt"
    record binaryen "$BINARYEN"
  fi
  # The build directory of the tools is large and of no further use.
  rm -rf "$ALLOWANCE_TOOLS/build"
}

nextest() {
  if cargo nextest --version >/dev/null 2>&1; then return; fi
  say "building cargo-nextest $NEXTEST (about 5 minutes on 2 cores, once)"
  install_crate cargo-nextest --version "$NEXTEST"
  rm -rf "$ALLOWANCE_TOOLS/build"
}

playwright() {
  local installed=end2end/node_modules/.package-lock.json
  if [ -f "$installed" ] && [ ! end2end/package-lock.json -nt "$installed" ]; then return; fi
  say "installing Playwright (a few seconds)"
  (cd end2end && npm ci --silent --no-fund --no-audit)
  touch "$installed"
}

# The same order of choice as in end2end/playwright.config.ts.
browser() {
  if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] || die "CHROMIUM is set to $CHROMIUM, which cannot be run"
    return
  fi
  if [ -x /usr/bin/chromium ]; then return; fi
  if debian_root; then
    say "installing Debian's chromium (about 1 minute)"
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null \
      && [ -x /usr/bin/chromium ]; then return; fi
  fi
  local version; version=$(cd end2end && npx playwright --version)
  if [ "$(recorded chromium)" = "$version" ]; then return; fi
  say "installing Playwright's own Chromium (about 1 minute)"
  (cd end2end && npx playwright install chromium)
  record chromium "$version"
}

# The official client stays the wheel that was published: end2end/python/client.py reads it in place.
python_client() {
  local venv="$ALLOWANCE_TOOLS/python" wheel="$ALLOWANCE_TOOLS/python-client" wanted
  wanted=$(cat end2end/python/requirements.txt end2end/python/client.txt)
  if [ -x "$venv/bin/python" ] && [ "$(cat "$wheel/wanted" 2>/dev/null)" = "$wanted" ]; then return; fi
  have python3 || die "Python 3 is missing: the tests drive the gateway with the official Python client"
  python3 -c "import sys; sys.exit(sys.version_info[:2] < tuple(map(int, '$PYTHON'.split('.'))))" \
    || die "$(python3 --version) is too old: the official Python client needs $PYTHON or newer"
  say "fetching the official Python client, requests and pydantic (a few seconds)"
  rm -rf "$venv" "$wheel"
  if ! python3 -m venv "$venv" >/dev/null 2>&1; then
    debian_root || die "python3 -m venv does not work here: install Python's venv package, then run this again"
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    python3 -m venv --clear "$venv"
  fi
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r end2end/python/requirements.txt
  "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    --dest "$wheel" -r end2end/python/client.txt
  printf '%s\n' "$wanted" >"$wheel/wanted"
}

case "${1:-build}" in
  build) lock; build_tools ;;
  test) lock; build_tools; nextest; playwright; browser; python_client ;;
  *) die "usage: scripts/setup.sh build|test" ;;
esac
