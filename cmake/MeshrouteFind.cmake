# SPDX-License-Identifier: Apache-2.0
# One way to find a dependency whose name differs from place to place: a target the project already
# has, then the dependency's CMake package, then its plain header and library. Makes the target
# Meshroute::<name> and sets Meshroute_<name>_FOUND. Installed beside our package file.
#
#   meshroute_find(re2 TARGETS re2::re2 PACKAGE re2 HEADER re2/re2.h LIBRARY re2 DEBIAN libre2-dev)
#
# Without LIBRARY the dependency is headers only.

function(meshroute_find_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PACKAGE;HEADER;LIBRARY;DEBIAN" "TARGETS")
  if(TARGET Meshroute::${name})
    return()
  endif()
  foreach(pass IN ITEMS before after)
    foreach(target IN LISTS arg_TARGETS)
      if(TARGET ${target})
        add_library(Meshroute::${name} INTERFACE IMPORTED)
        target_link_libraries(Meshroute::${name} INTERFACE ${target})
        return()
      endif()
    endforeach()
    if(pass STREQUAL before AND arg_PACKAGE)
      find_package(${arg_PACKAGE} CONFIG QUIET)
    endif()
  endforeach()
  find_path(Meshroute_${name}_INCLUDE_DIR ${arg_HEADER})
  mark_as_advanced(Meshroute_${name}_INCLUDE_DIR)
  if(NOT Meshroute_${name}_INCLUDE_DIR)
    return()
  endif()
  if(arg_LIBRARY)
    find_library(Meshroute_${name}_LIBRARY ${arg_LIBRARY})
    mark_as_advanced(Meshroute_${name}_LIBRARY)
    if(NOT Meshroute_${name}_LIBRARY)
      return()
    endif()
    add_library(Meshroute::${name} UNKNOWN IMPORTED)
    set_target_properties(Meshroute::${name} PROPERTIES IMPORTED_LOCATION
                                                        "${Meshroute_${name}_LIBRARY}")
  else()
    add_library(Meshroute::${name} INTERFACE IMPORTED)
  endif()
  set_target_properties(Meshroute::${name} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
                                                      "${Meshroute_${name}_INCLUDE_DIR}")
endfunction()

macro(meshroute_find name)
  meshroute_find_target(${name} ${ARGN})
  if(TARGET Meshroute::${name})
    set(Meshroute_${name}_FOUND TRUE)
  else()
    set(Meshroute_${name}_FOUND FALSE)
    cmake_parse_arguments(_meshroute_find "" "DEBIAN" "" ${ARGN})
    set(Meshroute_${name}_NOT_FOUND_MESSAGE
        "meshroute needs ${name}; its Debian package is ${_meshroute_find_DEBIAN}")
  endif()
endmacro()
