# Sourced by scripts that work on the example packages: where the binary and the examples are.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
eval "$(scripts/setup --print-env)"

# The binary under test: $PGWRIGHT, or a build of this checkout.
if [ -z "${PGWRIGHT:-}" ]; then
    cargo build --quiet --package pgwright
    PGWRIGHT=${CARGO_TARGET_DIR:-$root/target}/debug/pgwright
fi

# A scratch directory that goes with the script, readable by the account a server may run under.
# `at_exit` may be redefined for what else must go.
at_exit() { :; }
scratch=$(mktemp -d)
chmod 755 "$scratch"
trap 'at_exit; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

examples=("$root"/examples/*.yaml)
