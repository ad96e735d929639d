# SPDX-License-Identifier: Apache-2.0
# Installs each component with its own export set and pkg-config file, so that a part of them can be
# installed (cmake --install <build> --component core) and a part of them found.

include(CMakePackageConfigHelpers)

set(MESHROUTE_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/meshroute")
set(MESHROUTE_PKGCONFIG_DIR "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

# What a component needs at a user's place: CMake packages, and pkg-config modules that its headers
# show or its archive needs.
set(MESHROUTE_PACKAGES_core absl Threads Meshroute_re2)
set(MESHROUTE_PACKAGES_yaml absl Meshroute_yaml_cpp)
set(MESHROUTE_PACKAGES_httplib absl Meshroute_httplib OpenSSL)
set(MESHROUTE_PACKAGES_rollout absl)
set(MESHROUTE_PACKAGES_testing "")
set(MESHROUTE_PACKAGES_simulation absl)
set(MESHROUTE_REQUIRES_core absl_status absl_statusor absl_core_headers)
set(MESHROUTE_REQUIRES_simulation meshroute-rollout)
set(MESHROUTE_REQUIRES_PRIVATE_core ${MESHROUTE_ABSL_PRIVATE} re2)
set(MESHROUTE_REQUIRES_PRIVATE_yaml ${MESHROUTE_ABSL_PRIVATE} yaml-cpp)
set(MESHROUTE_REQUIRES_PRIVATE_httplib ${MESHROUTE_ABSL_PRIVATE} cpp-httplib openssl)
set(MESHROUTE_REQUIRES_PRIVATE_rollout ${MESHROUTE_ABSL_PRIVATE})
set(MESHROUTE_REQUIRES_PRIVATE_simulation ${MESHROUTE_ABSL_PRIVATE})
set(MESHROUTE_DESCRIPTION_core "Istio's traffic rules, applied inside the calling process")
set(MESHROUTE_DESCRIPTION_yaml "Reading meshroute's configuration from YAML files")
set(MESHROUTE_DESCRIPTION_httplib "An HTTP client that obeys meshroute's rules, on cpp-httplib")
set(MESHROUTE_DESCRIPTION_rollout "Canary rollouts that go forward, or back, by themselves")
set(MESHROUTE_DESCRIPTION_testing "Test doubles for code that uses meshroute")
set(MESHROUTE_DESCRIPTION_simulation "What-if runs of meshroute's rules on a virtual clock")

function(meshroute_install_pkgconfig component)
  if(component STREQUAL core)
    set(MODULE meshroute)
  else()
    set(MODULE meshroute-${component})
    list(APPEND MESHROUTE_REQUIRES_${component} "meshroute = ${PROJECT_VERSION}")
  endif()
  set(DESCRIPTION "${MESHROUTE_DESCRIPTION_${component}}")
  list(JOIN MESHROUTE_REQUIRES_${component} ", " REQUIRES)
  list(JOIN MESHROUTE_REQUIRES_PRIVATE_${component} ", " REQUIRES_PRIVATE)
  string(REPLACE "absl::" "absl_" REQUIRES_PRIVATE "${REQUIRES_PRIVATE}")
  get_target_property(type meshroute_${component} TYPE)
  set(LIBS "")
  if(NOT type STREQUAL INTERFACE_LIBRARY)
    set(LIBS "-L\${libdir} -lmeshroute-${component}")
  endif()
  # The module finds its prefix from where it lies, so that the tree may be moved.
  cmake_path(SET pkgconfig_dir NORMALIZE "/prefix/${MESHROUTE_PKGCONFIG_DIR}")
  cmake_path(RELATIVE_PATH pkgconfig_dir BASE_DIRECTORY /prefix OUTPUT_VARIABLE relative)
  string(REGEX REPLACE "[^/]+" ".." UP "${relative}")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/meshroute.pc.in"
                 "${PROJECT_BINARY_DIR}/pkgconfig/${MODULE}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/pkgconfig/${MODULE}.pc"
          DESTINATION "${MESHROUTE_PKGCONFIG_DIR}" COMPONENT ${component})
endfunction()

function(meshroute_install_component component)
  install(
    TARGETS meshroute_${component}
    EXPORT meshroute-${component}-targets
    COMPONENT ${component}
    FILE_SET HEADERS COMPONENT ${component})
  install(
    EXPORT meshroute-${component}-targets
    NAMESPACE meshroute::
    DESTINATION "${MESHROUTE_CMAKE_DIR}"
    COMPONENT ${component})
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/meshroute-${component}-packages.cmake" @ONLY
       CONTENT "set(_meshroute_packages @MESHROUTE_PACKAGES_${component}@)\n")
  set(find_modules ${MESHROUTE_PACKAGES_${component}})
  list(FILTER find_modules INCLUDE REGEX "^Meshroute_")
  list(TRANSFORM find_modules REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/cmake/Find\\1.cmake")
  install(FILES "${PROJECT_BINARY_DIR}/meshroute-${component}-packages.cmake" ${find_modules}
          DESTINATION "${MESHROUTE_CMAKE_DIR}" COMPONENT ${component})
  meshroute_install_pkgconfig(${component})
endfunction()

get_property(components GLOBAL PROPERTY MESHROUTE_COMPONENTS)
foreach(component IN LISTS components)
  meshroute_install_component(${component})
endforeach()

get_property(MESHROUTE_UMBRELLA GLOBAL PROPERTY MESHROUTE_UMBRELLA_COMPONENTS)
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/meshroute-config.cmake.in"
  "${PROJECT_BINARY_DIR}/meshroute-config.cmake"
  INSTALL_DESTINATION "${MESHROUTE_CMAKE_DIR}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/meshroute-config-version.cmake" VERSION ${PROJECT_VERSION}
  COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/meshroute-config.cmake"
        "${PROJECT_BINARY_DIR}/meshroute-config-version.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/MeshrouteFind.cmake"
  DESTINATION "${MESHROUTE_CMAKE_DIR}" COMPONENT core)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT core)
