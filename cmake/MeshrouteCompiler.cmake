# SPDX-License-Identifier: Apache-2.0
# How our own sources are compiled. Nothing here reaches a project that includes us as a subproject.

if(PROJECT_IS_TOP_LEVEL)
  find_program(MESHROUTE_CCACHE ccache)
  mark_as_advanced(MESHROUTE_CCACHE)
  if(MESHROUTE_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${MESHROUTE_CCACHE}")
  endif()
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

# Language level, warnings and sanitizers of one target of ours.
function(meshroute_compile_options target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(PROJECT_IS_TOP_LEVEL)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      target_compile_options(${target} PRIVATE -Wthread-safety)
    elseif(CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12
           AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      # GCC 12 at -O3 takes an assignment to a std::string for an overlap (bug 105651).
      target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
    if(MESHROUTE_WERROR)
      target_compile_options(${target} PRIVATE -Werror)
    endif()
  endif()
  if(MESHROUTE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${MESHROUTE_SANITIZE}
                                             -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${MESHROUTE_SANITIZE})
  endif()
endfunction()

# Keeps what a shared library compiled in from its dependencies' headers out of its exported names, and
# refuses one that leaves a name open. With other linkers than ELF's all names are exported.
function(meshroute_limit_exports target)
  if(NOT BUILD_SHARED_LIBS OR NOT CMAKE_EXECUTABLE_FORMAT STREQUAL "ELF" OR MESHROUTE_SANITIZE)
    return()
  endif()
  set(exports "${PROJECT_SOURCE_DIR}/cmake/meshroute.exports")
  target_link_options(${target} PRIVATE "LINKER:--version-script=${exports}" "LINKER:-z,defs")
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${exports}")
endfunction()
