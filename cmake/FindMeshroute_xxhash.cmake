# SPDX-License-Identifier: Apache-2.0
# Meshroute::xxhash. Headers only: we compile it in by XXH_INLINE_ALL.
include("${CMAKE_CURRENT_LIST_DIR}/MeshrouteFind.cmake")
meshroute_find(xxhash TARGETS xxHash::xxhash PACKAGE xxHash HEADER xxhash.h DEBIAN libxxhash-dev)
