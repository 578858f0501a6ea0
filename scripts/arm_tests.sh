#!/usr/bin/env bash
# The kernels' tests on 64-bit Arm, under an emulator of its processor: scripts/arm_tests.sh [--install] [--model]
#
# --install fetches what is missing (rustup's standard library for Arm; Debian's qemu-user and gcc-aarch64-linux-gnu, as root).
# --model also builds grens for Arm and lets it score the golden posts of the shipped model in each of its tiers (10 minutes and more).
# Ends with 3 where something that is needed is not here.
set -euo pipefail
cd "$(dirname "$0")/.."
target=aarch64-unknown-linux-gnu

missing() {
    for tool in qemu-aarch64 aarch64-linux-gnu-gcc; do
        command -v "$tool" >/dev/null || echo "$tool"
    done
    rustup target list --installed 2>/dev/null | grep -qx "$target" || echo "rust-std for $target"
}

install=false model=false
for option in "$@"; do
    case $option in
        --install) install=true ;;
        --model) model=true ;;
        *) echo "usage: scripts/arm_tests.sh [--install] [--model]" >&2; exit 2 ;;
    esac
done
if $install && [ -n "$(missing)" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -qq && apt-get install -y -qq qemu-user gcc-aarch64-linux-gnu; } >/dev/null 2>&1 || true
    fi
    timeout 300 rustup target add "$target" >/dev/null 2>&1 || true
fi
if [ -n "$(missing)" ]; then
    echo "not here: $(missing | paste -sd, | sed 's/,/, /g')" >&2
    exit 3
fi

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc
cargo test --release -p grens-kernels --lib --target "$target"
if $model; then
    cargo build --release -p grens --target "$target"
    for tier in neon-dot neon plain; do
        GRENS_KERNEL=$tier $CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER "target/$target/release/grens" doctor --device cpu
    done
fi
