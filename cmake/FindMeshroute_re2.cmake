# SPDX-License-Identifier: Apache-2.0
# Meshroute::re2. Debian 12 has no CMake package, and its pkg-config file says 0.0.0: no version is asked.
include("${CMAKE_CURRENT_LIST_DIR}/MeshrouteFind.cmake")
meshroute_find(re2 TARGETS re2::re2 PACKAGE re2 HEADER re2/re2.h LIBRARY re2 DEBIAN libre2-dev)
