#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs from Debian's or Ubuntu's packages what building meshroute needs and this machine lacks.
#
#   scripts/bootstrap.sh        what a build, the tests and the benchmarks need
#   scripts/bootstrap.sh --ci   also clang 14 with its tools, and valgrind
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache pkg-config python3
  libabsl-dev libre2-dev rapidjson-dev libyaml-cpp-dev libcpp-httplib-dev libssl-dev libxxhash-dev
  libgtest-dev libgmock-dev libbenchmark-dev
)
ci_packages=(clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev valgrind)

case "${1:-}" in
  '') ;;
  --ci) packages+=("${ci_packages[@]}") ;;
  *)
    sed -n '3,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  cat >&2 <<'MESSAGE'
bootstrap.sh installs Debian and Ubuntu packages only, and this system has no apt-get.
Install by your own means: a C++20 compiler (g++ 12 or clang 14, or newer), CMake 3.25, Ninja, pkg-config,
Python 3, Abseil, RE2, RapidJSON, yaml-cpp, cpp-httplib, OpenSSL, xxHash, GoogleTest, Google Benchmark.
Then run: cmake --preset dev && cmake --build --preset dev && ctest --preset dev
MESSAGE
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "bootstrap.sh needs root or sudo to install: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "bootstrap.sh: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
