#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the demo and nothing else, and runs it: three versions of a service on loopback, a live table
# of where the calls go, and seven acts that each check their own outcome. Arguments go to the demo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/bootstrap.sh
cmake --preset demo >/dev/null
cmake --build --preset demo --parallel "${JOBS:-$(nproc)}"
exec build/demo/examples/demo "$@"
