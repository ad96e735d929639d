# SPDX-License-Identifier: Apache-2.0
# Meshroute::httplib. Debian 12 has no CMake package but a compiled library, whose class layout hangs
# on the definitions in its pkg-config file: they must be used, as must OpenSSL.
include("${CMAKE_CURRENT_LIST_DIR}/MeshrouteFind.cmake")

if(NOT TARGET Meshroute::httplib
   AND NOT TARGET httplib::httplib
   AND NOT TARGET httplib)
  find_package(httplib CONFIG QUIET)
  if(NOT TARGET httplib::httplib)
    find_package(PkgConfig QUIET)
    find_package(OpenSSL QUIET)
    if(PKG_CONFIG_FOUND AND OPENSSL_FOUND)
      pkg_check_modules(Meshroute_httplib_PC QUIET IMPORTED_TARGET cpp-httplib)
    endif()
    if(TARGET PkgConfig::Meshroute_httplib_PC)
      add_library(Meshroute::httplib INTERFACE IMPORTED)
      target_link_libraries(Meshroute::httplib INTERFACE PkgConfig::Meshroute_httplib_PC
                                                         OpenSSL::SSL OpenSSL::Crypto)
    endif()
  endif()
endif()
meshroute_find(httplib TARGETS httplib::httplib httplib HEADER httplib.h LIBRARY cpp-httplib
               DEBIAN libcpp-httplib-dev)
