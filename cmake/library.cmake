# The library: a target for each level, pappus::<level>, and pappus::pappus, which is all of them and the node itself.

set(pappus_generated "${PROJECT_BINARY_DIR}/generated")
configure_file("${PROJECT_SOURCE_DIR}/cmake/version.hpp.in" "${pappus_generated}/pappus/version.hpp" @ONLY)

# Properties that all targets of the library share.
function(pappus_configure target)
  target_include_directories(${target} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<BUILD_INTERFACE:${pappus_generated}>"
    "$<INSTALL_INTERFACE:include>")
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_definitions(${target} PUBLIC PAPPUS_TRACE_COROUTINES=$<BOOL:${PAPPUS_TRACE_COROUTINES}>)
  target_compile_options(${target} PRIVATE ${PAPPUS_LIBRARY_OPTIONS})
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:pappus_warnings>)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  # Reading the standard library takes half of the time of compiling a source of ours. What it declares is read once;
  # each file still includes what it uses (pappus_header_check compiles the headers alone, tests/consumer the sources).
  if(PROJECT_IS_TOP_LEVEL)
    if(TARGET pappus_base AND NOT target STREQUAL "pappus_base")
      target_precompile_headers(${target} REUSE_FROM pappus_base)
    else()
      target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <coroutine> <deque> <functional> <map>
        <memory> <optional> <set> <span> <string> <system_error> <unordered_map> <utility> <variant> <vector>)
    endif()
  endif()
endfunction()

# pappus_add_level(NAME ARGUMENT_OF_target_link_libraries...): of the files in src/NAME; base is those beside the
# folders. The tree is the list of files: a list kept by hand would repeat it. A name that ends in _posix or _windows says
# where the file is compiled. In a shared build there is one library
# file, and linking a level links that.
function(pappus_add_level name)
  if(name STREQUAL "base")
    list(TRANSFORM pappus_base_sources PREPEND "${PROJECT_SOURCE_DIR}/src/" OUTPUT_VARIABLE sources)
  else()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${name}/*.cpp")
    set(other_system windows)
    if(WIN32)
      set(other_system posix)
    endif()
    list(FILTER sources EXCLUDE REGEX "_${other_system}\\.cpp$")
  endif()
  set(type STATIC)
  if(BUILD_SHARED_LIBS)
    set(type OBJECT)
  endif()
  set(target pappus_${name})
  add_library(${target} ${type} ${sources})
  pappus_configure(${target})
  target_link_libraries(${target} ${ARGN})
  if(BUILD_SHARED_LIBS)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    add_library(pappus_link_${name} INTERFACE)
    target_link_libraries(pappus_link_${name} INTERFACE pappus)
    set(target pappus_link_${name})
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  add_library(pappus::${name} ALIAS ${target})
  set_property(GLOBAL APPEND PROPERTY pappus_levels ${name})
  set_property(GLOBAL APPEND PROPERTY pappus_level_targets ${target})
endfunction()

# Those that need libuv alone.
set(pappus_base_sources error.cpp ip_address.cpp misuse.cpp printable.cpp)
pappus_add_level(base)
pappus_add_level(coro PUBLIC pappus_base)
pappus_add_level(io PUBLIC pappus_coro)
pappus_add_level(uv PUBLIC pappus_io ${pappus_libuv} Threads::Threads)
pappus_add_level(sim PUBLIC pappus_io)
pappus_add_level(portmap PUBLIC pappus_io)
get_property(pappus_levels GLOBAL PROPERTY pappus_levels)

if(PAPPUS_LOW_LEVELS_ONLY)
  if(BUILD_SHARED_LIBS)
    message(FATAL_ERROR "PAPPUS_LOW_LEVELS_ONLY makes static libraries: set BUILD_SHARED_LIBS to OFF")
  endif()
  get_property(pappus_installed GLOBAL PROPERTY pappus_level_targets)
  file(GLOB_RECURSE pappus_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/pappus/*.hpp")
  list(FILTER pappus_headers INCLUDE REGEX
    "/include/pappus/((coro|io|uv|sim|portmap)/.*|error|exceptions|ip_address|lifetime_bound|misuse|mix64|prefetch|printable|result|ring_buffer|slab)\\.hpp$")
  target_sources(pappus_base PUBLIC FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}/include" "${pappus_generated}"
    FILES ${pappus_headers} "${pappus_generated}/pappus/version.hpp")
  return()
endif()

pappus_add_level(wire PUBLIC pappus_base PRIVATE libsodium::libsodium)
pappus_add_level(tls PUBLIC pappus_io PRIVATE OpenSSL::SSL)
pappus_add_level(peer PUBLIC pappus_io pappus_wire pappus_portmap pappus_tls
  PRIVATE libsodium::libsodium SQLiteCpp SQLite::SQLite3)
pappus_add_level(integration PUBLIC pappus_peer Threads::Threads
  PRIVATE fmt::fmt libzip::zip $<BUILD_INTERFACE:concurrentqueue::concurrentqueue>)
get_property(pappus_levels GLOBAL PROPERTY pappus_levels)

file(GLOB pappus_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")
list(FILTER pappus_sources EXCLUDE REGEX "/(error|ip_address|misuse|printable)\\.cpp$")
add_library(pappus ${pappus_sources})  # static, unless BUILD_SHARED_LIBS says otherwise
add_library(pappus::pappus ALIAS pappus)
pappus_configure(pappus)
if(BUILD_SHARED_LIBS)
  foreach(level IN LISTS pappus_levels)
    target_sources(pappus PRIVATE $<TARGET_OBJECTS:pappus_${level}>)
  endforeach()
  target_link_libraries(pappus PUBLIC ${pappus_libuv} Threads::Threads
    PRIVATE fmt::fmt libsodium::libsodium libzip::zip OpenSSL::SSL SQLiteCpp SQLite::SQLite3)
  # Names of ours are exported and nothing else: not what was linked in statically, and no instantiation of a template
  # of another library.
  if(NOT APPLE AND NOT WIN32)
    set(exports "${PROJECT_SOURCE_DIR}/cmake/exports.map")
    target_link_options(pappus PRIVATE "LINKER:--version-script=${exports}")
    set_target_properties(pappus PROPERTIES LINK_DEPENDS "${exports}")
  endif()
else()
  target_link_libraries(pappus PUBLIC pappus_uv pappus_sim pappus_tls pappus_portmap pappus_integration)
endif()
set_target_properties(pappus PROPERTIES
  VERSION ${pappus_VERSION}
  SOVERSION ${pappus_VERSION_MAJOR}.${pappus_VERSION_MINOR}  # until 1.0 a minor version may break the ABI
  WINDOWS_EXPORT_ALL_SYMBOLS ON)
get_property(pappus_installed GLOBAL PROPERTY pappus_level_targets)
list(APPEND pappus_installed pappus)

# Every public header must compile alone. CMake knows how to check that; our target only gives it a name of ours.
file(GLOB_RECURSE pappus_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/pappus/*.hpp")
target_sources(pappus PUBLIC FILE_SET HEADERS
  BASE_DIRS "${PROJECT_SOURCE_DIR}/include" "${pappus_generated}"
  FILES ${pappus_headers} "${pappus_generated}/pappus/version.hpp")
if(PROJECT_IS_TOP_LEVEL)
  set_target_properties(pappus PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  add_custom_target(pappus_header_check)
  add_dependencies(pappus_header_check pappus_verify_interface_header_sets)
endif()
