# SPDX-License-Identifier: Apache-2.0
# Meshroute::rapidjson. Headers only. Debian's CMake package makes no target.
include("${CMAKE_CURRENT_LIST_DIR}/MeshrouteFind.cmake")
meshroute_find(rapidjson TARGETS rapidjson RapidJSON PACKAGE RapidJSON HEADER rapidjson/document.h DEBIAN rapidjson-dev)
