# SPDX-License-Identifier: Apache-2.0
# What the asked components need. A component that is off does not look for its dependency.

find_package(absl REQUIRED)
find_package(Threads REQUIRED)
find_package(Meshroute_re2 REQUIRED)
find_package(Meshroute_rapidjson REQUIRED)
find_package(Meshroute_xxhash REQUIRED)

# Debian's Abseil (20220623) and the newest both have these. The first list is what our public headers
# show, the second what our sources use besides.
set(MESHROUTE_ABSL_PUBLIC absl::status absl::statusor absl::core_headers)
set(MESHROUTE_ABSL_PRIVATE
    absl::strings
    absl::str_format
    absl::flat_hash_map
    absl::flat_hash_set
    absl::hash
    absl::inlined_vector
    absl::function_ref
    absl::any_invocable)
set(MESHROUTE_ABSL ${MESHROUTE_ABSL_PUBLIC} ${MESHROUTE_ABSL_PRIVATE} Threads::Threads)

# What the sources of a component may include beyond their component's link libraries.
set(MESHROUTE_COMPILE_DEPENDENCIES_core
    ${MESHROUTE_ABSL} Meshroute::re2 Meshroute::rapidjson Meshroute::xxhash)
set(MESHROUTE_COMPILE_DEPENDENCIES_rollout ${MESHROUTE_ABSL})
set(MESHROUTE_COMPILE_DEPENDENCIES_testing ${MESHROUTE_ABSL})
set(MESHROUTE_COMPILE_DEPENDENCIES_simulation ${MESHROUTE_ABSL})

if(MESHROUTE_WITH_YAML)
  find_package(Meshroute_yaml_cpp REQUIRED)
  set(MESHROUTE_COMPILE_DEPENDENCIES_yaml ${MESHROUTE_ABSL} Meshroute::yaml_cpp)
endif()
if(MESHROUTE_WITH_HTTPLIB)
  find_package(Meshroute_httplib REQUIRED)
  find_package(OpenSSL 3.0 REQUIRED)
  set(MESHROUTE_OPENSSL OpenSSL::SSL OpenSSL::Crypto)
  set(MESHROUTE_COMPILE_DEPENDENCIES_httplib ${MESHROUTE_ABSL} Meshroute::httplib ${MESHROUTE_OPENSSL})
endif()
