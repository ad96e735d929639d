#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Conan package, and users' programs against it, without a network: the dependencies are
# the system's. Takes the folder to work in, then how to start Conan 2.
#
#   tests/package/conan/conan_test.sh /tmp/work conan
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
recipe=$here/../../../packaging/conan
work=$1
shift
conan=("$@")

rm -rf "$work"
mkdir -p "$work/system"
export CONAN_HOME=$work/home
cp "$here/conanfile.py" "$work/system/"
sed -nE '/^ABSEIL/,/^\)/s/^ +"(.*)",$/\1/p' "$recipe/conanfile.py" >"$work/system/abseil.txt"

"${conan[@]}" profile detect >/dev/null
{
  echo '[platform_tool_requires]'
  echo "cmake/$(cmake --version | sed -nE '1s/.* ([0-9.]+).*/\1/p')"
  echo '[conf]'
  echo 'tools.cmake.cmaketoolchain:generator=Ninja'
  echo "tools.cmake.cmake_layout:test_folder=$work/test"
} >>"$CONAN_HOME/profiles/default"

sed -nE 's/.*self\.requires\("([^"]+)".*/\1/p' "$recipe/conanfile.py" | while IFS=/ read -r name version; do
  "${conan[@]}" export "$work/system" --name "$name" --version "$version" >/dev/null
done

for options in '' '-o meshroute/*:with_yaml=False' '-o meshroute/*:with_httplib=False' '-o meshroute/*:shared=True'; do
  echo "=== conan create $options"
  # shellcheck disable=SC2086 # several words on purpose
  "${conan[@]}" create "$recipe" --no-remote --build=missing -s compiler.cppstd=20 $options
done
