#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds meshroute with its tests and runs them, by a preset of CMakePresets.json.
#
#   scripts/test.sh [PRESET] [-- CTEST ARGUMENTS]
#   scripts/test.sh format | tidy
#
#   dev      all tests, assertions on (without an argument)
#   asan     all tests under AddressSanitizer and UndefinedBehaviorSanitizer; ubsan: the second alone
#   clang    as asan, built by clang++-14, which also checks the locks; then each fuzzer for ten seconds
#   tsan     the tests with "Threads" in their name under ThreadSanitizer
#   shared   shared libraries: the examples and the tests of the package
#   release  all tests, optimised; the benchmarks are built too
#   min      the core alone is built; there is nothing to run
#   format   is every file as clang-format-14 would write it?
#   tidy     clang-tidy-14 over lib/
#
# `scripts/test.sh asan` may also be written `scripts/test.sh --asan`. Installs what is missing from
# Debian's or Ubuntu's packages first. JOBS=n: how many jobs run at once (all processors by default).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs=${JOBS:-$(nproc)}
# Lets clones and build folders of the same source share what ccache keeps.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

check_format() {
  git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cc' |
    xargs -0 --no-run-if-empty clang-format-14 --dry-run --Werror
}

check_tidy() {
  cmake --preset dev
  git ls-files -z -- 'lib/*.cc' |
    xargs -0 --no-run-if-empty -n 1 -P "$jobs" clang-tidy-14 --quiet -p build/dev
}

build_and_test() {
  local preset=$1
  shift
  cmake --preset "$preset"
  cmake --build --preset "$preset" --parallel "$jobs"
  if [[ $preset != min ]]; then
    ctest --preset "$preset" --parallel "$jobs" "$@"
  fi
}

main() {
  local what=dev
  if (($# > 0)) && [[ $1 != -- ]]; then
    what=${1#--}
    shift
  fi
  if [[ ${1:-} == -- ]]; then
    shift
  fi
  case "$what" in
    dev | ci | release | asan | ubsan | tsan | shared | min)
      scripts/bootstrap.sh
      build_and_test "$what" "$@"
      ;;
    clang)
      scripts/bootstrap.sh --ci
      build_and_test "$what" "$@"
      ;;
    format | tidy)
      scripts/bootstrap.sh --ci
      "check_$what"
      ;;
    *)
      sed -n '3,/^set/{/^#/s/^# \{0,1\}//p}' scripts/test.sh >&2
      return 2
      ;;
  esac
}

main "$@"
