# shellcheck shell=bash
# Sourced by the scripts: where the pinned tools lie, and that they come first.
ALLOWANCE_TOOLS="${ALLOWANCE_TOOLS:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set ALLOWANCE_TOOLS to a folder for the build tools}/.cache}/allowance/tools}"
case "$ALLOWANCE_TOOLS" in
  /*) ;;
  *) ALLOWANCE_TOOLS="$PWD/$ALLOWANCE_TOOLS" ;;
esac
export ALLOWANCE_TOOLS
export PATH="$ALLOWANCE_TOOLS/bin:$PATH"
# Written by setup.sh where the compiler is not rustup's default.
if [ -f "$ALLOWANCE_TOOLS/env" ]; then
  # shellcheck disable=SC1091
  . "$ALLOWANCE_TOOLS/env"
fi
