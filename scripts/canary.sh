#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the example canary and nothing else, and runs it: a rollout from 5 to 100 % on real servers,
# once of a version that is well and once of one that fails. Writes canary.html with the curves.
# Arguments go to the example.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/bootstrap.sh
cmake --preset demo >/dev/null
cmake --build --preset demo --target example_canary --parallel "${JOBS:-$(nproc)}"
exec build/demo/examples/canary --report canary.html "$@"
