#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One case of the package tests; tests/package/CMakeLists.txt sets the MESHROUTE_ variables. Each case
# that builds starts from an empty folder.
set -euo pipefail

moved=$MESHROUTE_STAGE/moved
consumer=$MESHROUTE_SOURCE/tests/package/consumer
all_components=(core yaml httplib rollout testing simulation)
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Configures and builds a fresh `$1` from the project `$2`; the rest goes to CMake.
build_fresh() {
  local folder=$MESHROUTE_STAGE/$1 source=$2
  shift 2
  rm -rf "$folder"
  "$CMAKE" -S "$source" -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER="$CXX" "$@"
  "$CMAKE" --build "$folder"
}

# Runs the programs of the named components from the folder `$1`.
run_programs() {
  local folder=$1 component
  shift
  for component in "$@"; do
    "$folder/use_$component" "$consumer/rules.yaml"
  done
}

find_components() {
  local list
  list=$(IFS=';' && echo "$*")
  build_fresh "$case" "$consumer" -DCMAKE_PREFIX_PATH="$moved" "-DUSE_COMPONENTS=$list"
}

case_install_and_move() {
  # Only its own folders: case add_subdirectory may be at work beside it.
  rm -rf "$MESHROUTE_STAGE/first" "$moved"
  "$CMAKE" --install "$MESHROUTE_BUILD" --prefix "$MESHROUTE_STAGE/first" >/dev/null
  mv "$MESHROUTE_STAGE/first" "$moved"
  local leaks
  leaks=$(grep -rIlF -e "$MESHROUTE_SOURCE" -e "$MESHROUTE_BUILD" -e "$MESHROUTE_STAGE" "$moved" || true)
  [[ -z $leaks ]] || fail "these name a folder of the build: $leaks"
  local foreign
  foreign=$(find "$moved" -type f -not -ipath '*meshroute*')
  [[ -z $foreign ]] || fail "these are outside the package: $foreign"
  "$moved/bin/meshroute" analyze "$consumer/rules.yaml"
}

case_find_core() {
  find_components core
  run_programs "$MESHROUTE_STAGE/$case" core
  # A user of the core alone pulls in no HTTP library, no YAML library, no OpenSSL.
  if ldd "$MESHROUTE_STAGE/$case/use_core" | grep -E 'httplib|yaml|ssl|crypto'; then
    fail "core links more than it should"
  fi
}

case_find_all() {
  find_components "${all_components[@]}" meshroute
  run_programs "$MESHROUTE_STAGE/$case" "${all_components[@]}" meshroute
}

case_find_none_asked() {
  build_fresh "$case" "$consumer" -DCMAKE_PREFIX_PATH="$moved" -DUSE_COMPONENTS=
  run_programs "$MESHROUTE_STAGE/$case" core
}

case_find_missing() {
  local output
  if output=$(find_components core teleport 2>&1); then
    fail "a component that does not exist was found"
  fi
  grep -q 'component teleport was not installed' <<<"$output" || fail "no clear reason in: $output"
  # A version of another minor number is another interface.
  if output=$(build_fresh "$case" "$consumer" -DCMAKE_PREFIX_PATH="$moved" -DUSE_VERSION=0.0.1 2>&1); then
    fail "version 0.0.1 was found"
  fi
  grep -q 'compatible with requested version' <<<"$output" || fail "no clear reason in: $output"
}

case_one_component() {
  local prefix=$MESHROUTE_STAGE/$case.prefix
  rm -rf "$prefix"
  "$CMAKE" --install "$MESHROUTE_BUILD" --prefix "$prefix" --component core >/dev/null
  build_fresh "$case" "$consumer" -DCMAKE_PREFIX_PATH="$prefix" -DUSE_COMPONENTS=core
  run_programs "$MESHROUTE_STAGE/$case" core
  if build_fresh "$case" "$consumer" -DCMAKE_PREFIX_PATH="$prefix" -DUSE_COMPONENTS=yaml >/dev/null 2>&1; then
    fail "yaml was found where core alone was installed"
  fi
}

case_pkg_config() {
  local folder=$MESHROUTE_STAGE/$case component module static=(--static)
  rm -rf "$folder"
  mkdir -p "$folder"
  export PKG_CONFIG_PATH=$moved/$MESHROUTE_LIBDIR/pkgconfig
  if [[ $MESHROUTE_SHARED == 1 ]]; then
    static=()
    export LD_LIBRARY_PATH=$moved/$MESHROUTE_LIBDIR
  fi
  for component in "${all_components[@]}"; do
    module=meshroute-$component
    [[ $component != core ]] || module=meshroute
    pkg-config --validate "$module"
    local flags
    read -ra flags <<<"$(pkg-config "${static[@]}" --cflags --libs "$module")"
    "$CXX" -std=c++20 "$consumer/use_$component.cc" -o "$folder/use_$component" "${flags[@]}"
  done
  run_programs "$folder" "${all_components[@]}"
}

case_add_subdirectory() {
  build_fresh "$case" "$MESHROUTE_SOURCE/tests/package/subdirectory" \
    -DMESHROUTE_SOURCE="$MESHROUTE_SOURCE" -DBUILD_SHARED_LIBS="$MESHROUTE_SHARED"
  run_programs "$MESHROUTE_STAGE/$case/consumer" core yaml httplib rollout
  if [[ -n $(find "$MESHROUTE_STAGE/$case" -name 'test_*') ]]; then
    fail "a subproject builds our tests"
  fi
}

case=$1
"case_$case"
