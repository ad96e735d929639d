# SPDX-License-Identifier: Apache-2.0
# Rooms and components. A room is a folder (include/meshroute/<room>, lib/<room>, tests/<room>) and is
# compiled into object libraries, so that its tests link it without the rooms above it. A component
# is a library that users link, made of the objects of its rooms.

# Files of a room that belong to the component yaml and not to the room's.
set(MESHROUTE_YAML_FILES "/(config/yaml|discovery/file|router/from_files)[^/]*$")

# What a target of ours sees: the public headers, and private ones as "lib/<room>/<file>.h".
function(meshroute_include_directories target)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/include"
                                               "${PROJECT_SOURCE_DIR}")
endfunction()

# Compiles `sources` of a room for one component, and remembers the objects by room and by component.
function(meshroute_room_objects room component sources)
  set(target meshroute_room_${room})
  if(TARGET ${target})
    string(APPEND target _${component})
  endif()
  add_library(${target} OBJECT ${sources})
  meshroute_compile_options(${target})
  meshroute_include_directories(${target})
  target_link_libraries(${target} PRIVATE ${MESHROUTE_COMPILE_DEPENDENCIES_${component}})
  if(BUILD_SHARED_LIBS)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
  set_property(GLOBAL APPEND PROPERTY MESHROUTE_ROOM_OBJECTS_${room} ${target})
  set_property(GLOBAL APPEND PROPERTY MESHROUTE_COMPONENT_OBJECTS_${component} ${target})
endfunction()

# Tells whether a component is built.
function(meshroute_component_enabled component result)
  string(TOUPPER "MESHROUTE_WITH_${component}" option)
  if(DEFINED ${option} AND NOT ${option})
    set(${result} FALSE PARENT_SCOPE)
  else()
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

# meshroute_room(<room> FLOOR <n> COMPONENT <component>)
function(meshroute_room room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FLOOR;COMPONENT" "")
  meshroute_component_enabled(${arg_COMPONENT} enabled)
  if(NOT enabled)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY MESHROUTE_ROOMS ${room})
  set_property(GLOBAL PROPERTY MESHROUTE_ROOM_FLOOR_${room} ${arg_FLOOR})

  file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/meshroute/${room}/*.h"
       "${PROJECT_SOURCE_DIR}/include/meshroute/${room}.h")
  set(yaml_headers ${headers})
  list(FILTER yaml_headers INCLUDE REGEX "${MESHROUTE_YAML_FILES}")
  list(FILTER headers EXCLUDE REGEX "${MESHROUTE_YAML_FILES}")
  set_property(GLOBAL APPEND PROPERTY MESHROUTE_COMPONENT_HEADERS_yaml ${yaml_headers})
  set_property(GLOBAL APPEND PROPERTY MESHROUTE_COMPONENT_HEADERS_${arg_COMPONENT} ${headers})

  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lib/${room}/*.cc")
  set(yaml_sources ${sources})
  list(FILTER yaml_sources INCLUDE REGEX "${MESHROUTE_YAML_FILES}")
  list(FILTER sources EXCLUDE REGEX "${MESHROUTE_YAML_FILES}")
  if(sources)
    meshroute_room_objects(${room} ${arg_COMPONENT} "${sources}")
  endif()
  if(yaml_sources AND MESHROUTE_WITH_YAML)
    meshroute_room_objects(${room} yaml "${yaml_sources}")
  endif()
endfunction()

# The object libraries of a room and of every room on a lower floor.
function(meshroute_objects_up_to room result)
  get_property(rooms GLOBAL PROPERTY MESHROUTE_ROOMS)
  get_property(floor GLOBAL PROPERTY MESHROUTE_ROOM_FLOOR_${room})
  set(objects "")
  foreach(other IN LISTS rooms)
    get_property(other_floor GLOBAL PROPERTY MESHROUTE_ROOM_FLOOR_${other})
    if(other STREQUAL room OR other_floor LESS floor)
      get_property(other_objects GLOBAL PROPERTY MESHROUTE_ROOM_OBJECTS_${other})
      list(APPEND objects ${other_objects})
    endif()
  endforeach()
  set(${result} "${objects}" PARENT_SCOPE)
endfunction()

# meshroute_component(<component> PUBLIC <targets> PRIVATE <targets>)
# Makes meshroute::<component> of the objects that its rooms gave it.
function(meshroute_component component)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PUBLIC;PRIVATE")
  meshroute_component_enabled(${component} enabled)
  if(NOT enabled)
    return()
  endif()
  set(target meshroute_${component})
  get_property(objects GLOBAL PROPERTY MESHROUTE_COMPONENT_OBJECTS_${component})
  get_property(headers GLOBAL PROPERTY MESHROUTE_COMPONENT_HEADERS_${component})
  if(objects)
    add_library(${target})
    foreach(object IN LISTS objects)
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:${object}>)
    endforeach()
    meshroute_compile_options(${target})
    set_target_properties(
      ${target}
      PROPERTIES LINKER_LANGUAGE CXX
                 INSTALL_RPATH "$ORIGIN"
                 VERSION ${PROJECT_VERSION}
                 SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    meshroute_limit_exports(${target})
    target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${arg_PUBLIC})
    set(scope INTERFACE)
  endif()
  # Whether headers compile alone does not hang on a sanitizer.
  set(verify_headers OFF)
  if(MESHROUTE_BUILD_TESTS AND NOT MESHROUTE_SANITIZE)
    set(verify_headers ON)
  endif()
  target_compile_features(${target} ${scope} cxx_std_20)
  target_sources(
    ${target} ${scope}
    FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}/include"
    FILES ${headers})
  set_target_properties(
    ${target}
    PROPERTIES OUTPUT_NAME meshroute-${component}
               EXPORT_NAME ${component}
               VERIFY_INTERFACE_HEADER_SETS ${verify_headers})
  add_library(meshroute::${component} ALIAS ${target})
  set_property(GLOBAL APPEND PROPERTY MESHROUTE_COMPONENTS ${component})
endfunction()

# meshroute::meshroute, for those who want all of the named components that are built.
function(meshroute_umbrella)
  add_library(meshroute_meshroute INTERFACE)
  foreach(component IN LISTS ARGN)
    if(TARGET meshroute_${component})
      target_link_libraries(meshroute_meshroute INTERFACE meshroute_${component})
      set_property(GLOBAL APPEND PROPERTY MESHROUTE_UMBRELLA_COMPONENTS ${component})
    endif()
  endforeach()
  add_library(meshroute::meshroute ALIAS meshroute_meshroute)
endfunction()
