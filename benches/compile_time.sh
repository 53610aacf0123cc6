#!/usr/bin/env bash
# What the attribute costs at compile time: `cargo check` of a crate of annotated functions, with and without it.
#
#     benches/compile_time.sh [LINES]        1000 lines of annotated functions unless told otherwise
set -euo pipefail
lines=${1:-1000}
root=$(cd "$(dirname "$0")/.." && pwd)
crate=$(mktemp -d)
trap 'rm -rf "$crate"' EXIT

mkdir "$crate/src"
cat >"$crate/Cargo.toml" <<END
[package]
name = "many"
version = "0.0.0"
edition = "2024"

[dependencies]
differentiable = { path = "$root" }

[features]
annotated = []

[workspace]
END
cp "$root/Cargo.lock" "$crate"

# Three kinds of functions in turn, 17 lines in all: a formula, nested loops, branches and a call.
generate() {
    echo "//! $lines lines of functions, generated."
    echo "#![allow(dead_code, clippy::all)]"
    for ((i = 0; 17 * i < lines; i++)); do
        cat <<END
#[cfg_attr(feature = "annotated", differentiable::differentiable)]
fn formula_$i(x: f64, y: f64) -> f64 {
    let s = (x * y).sin() + x.exp();
    let t = s / (1.0 + x * x);
    t * y.sqrt() - s
}
#[cfg_attr(feature = "annotated", differentiable::differentiable)]
fn loops_$i(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let mut product = x[i];
        for j in 0..4 { product *= x[j] + 0.1; }
        sum += product * product;
    }
    sum
}
#[cfg_attr(feature = "annotated", differentiable::differentiable)]
fn branches_$i(x: f64) -> f64 {
    if x > 0.0 { formula_$i(x, 2.0) } else { x * x }
}
END
    done
}
generate >"$crate/src/lib.rs"
if ! grep -q "fn formula_0" "$crate/src/lib.rs"; then
    echo "nothing was generated" >&2
    exit 1
fi

cd "$crate"
export CARGO_TARGET_DIR="$crate/target"
# The dependencies are built once, outside of what is timed.
cargo check --quiet
cargo check --quiet --features annotated

# The least of five, in milliseconds.
check() {
    local best=
    for _ in 1 2 3 4 5; do
        touch src/lib.rs
        local start end
        start=$(date +%s%N)
        cargo check --quiet "$@"
        end=$(date +%s%N)
        local took=$(((end - start) / 1000000))
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
    echo "$best"
}

code=$(grep -vc '^#' src/lib.rs)
plain=$(check)
annotated=$(check --features annotated)
echo "$code lines, $(grep -c '^fn' src/lib.rs) functions"
echo "cargo check without the attribute: $plain ms"
echo "cargo check with the attribute:    $annotated ms"
echo "the attribute, per 100 lines:      $(((annotated - plain) * 100 / code)) ms"
