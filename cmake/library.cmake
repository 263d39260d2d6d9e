# The library itself: target pappus, also known as pappus::pappus.

# The tree is the list of files: a folder is a namespace, and what lies in it belongs to the library. A list kept by hand
# would repeat that and collide whenever two people add a file; CONFIGURE_DEPENDS makes the build notice new ones.
file(GLOB_RECURSE pappus_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")
file(GLOB_RECURSE pappus_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/pappus/*.hpp")
set(pappus_io_sources ${pappus_sources})
list(FILTER pappus_io_sources INCLUDE REGEX "/src/((coro|io|uv|sim)/.*|error|printable)\\.cpp$")
list(REMOVE_ITEM pappus_sources ${pappus_io_sources})

set(pappus_generated "${PROJECT_BINARY_DIR}/generated")
configure_file("${PROJECT_SOURCE_DIR}/cmake/version.hpp.in" "${pappus_generated}/pappus/version.hpp" @ONLY)

# The lowest level needs libuv alone. It is a target of its own so that its tests build without the rest.
add_library(pappus_io_level OBJECT ${pappus_io_sources})
target_include_directories(pappus_io_level PUBLIC "${PROJECT_SOURCE_DIR}/include" "${pappus_generated}")
if(BUILD_SHARED_LIBS)
  set_target_properties(pappus_io_level PROPERTIES POSITION_INDEPENDENT_CODE ON)
endif()

add_library(pappus ${pappus_sources})  # static, unless BUILD_SHARED_LIBS says otherwise
add_library(pappus::pappus ALIAS pappus)
target_sources(pappus PRIVATE $<TARGET_OBJECTS:pappus_io_level>)
target_sources(pappus PUBLIC FILE_SET HEADERS
  BASE_DIRS "${PROJECT_SOURCE_DIR}/include" "${pappus_generated}"
  FILES ${pappus_headers} "${pappus_generated}/pappus/version.hpp")
foreach(target pappus_io_level pappus)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_definitions(${target} PUBLIC PAPPUS_TRACE_COROUTINES=$<BOOL:${PAPPUS_TRACE_COROUTINES}>)
  target_compile_options(${target} PRIVATE ${PAPPUS_LIBRARY_OPTIONS})
  target_link_libraries(${target}
    PUBLIC ${pappus_libuv} Threads::Threads
    PRIVATE $<BUILD_INTERFACE:pappus_warnings>)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endforeach()
target_link_libraries(pappus PRIVATE
  fmt::fmt libsodium::libsodium libzip::zip SQLiteCpp SQLite::SQLite3
  $<BUILD_INTERFACE:concurrentqueue::concurrentqueue>)
set_target_properties(pappus PROPERTIES
  VERSION ${pappus_VERSION}
  SOVERSION ${pappus_VERSION_MAJOR}.${pappus_VERSION_MINOR}  # until 1.0 a minor version may break the ABI
  WINDOWS_EXPORT_ALL_SYMBOLS ON)

# Reading the standard library takes half of the time of compiling a source of ours. What it declares is read once; each
# file still includes what it uses (pappus_header_check compiles the headers alone, tests/consumer the sources).
if(PROJECT_IS_TOP_LEVEL)
  foreach(target pappus_io_level pappus)
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <coroutine> <deque> <functional> <map>
      <memory> <optional> <set> <span> <string> <system_error> <unordered_map> <utility> <variant> <vector>)
  endforeach()
endif()

# Every public header must compile alone. CMake knows how to check that; our target only gives it a name of ours.
if(PROJECT_IS_TOP_LEVEL)
  set_target_properties(pappus PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  add_custom_target(pappus_header_check)
  add_dependencies(pappus_header_check pappus_verify_interface_header_sets)
endif()
