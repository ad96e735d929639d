# SPDX-License-Identifier: Apache-2.0
# Meshroute::yaml_cpp. The namespaced target came after Debian 12's version.
include("${CMAKE_CURRENT_LIST_DIR}/MeshrouteFind.cmake")
meshroute_find(yaml_cpp TARGETS yaml-cpp::yaml-cpp yaml-cpp PACKAGE yaml-cpp HEADER yaml-cpp/yaml.h LIBRARY yaml-cpp
               DEBIAN libyaml-cpp-dev)
