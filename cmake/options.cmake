# What a person configuring pappus may choose, and the warnings that only our own builds turn on.

option(PAPPUS_BUNDLED_LIBUV "Download and build a pinned libuv instead of using the system's" OFF)
option(PAPPUS_LOW_LEVELS_ONLY "Build coro, io, uv, sim and portmap alone, which need libuv and nothing else" OFF)
option(PAPPUS_BUILD_NODE "Build pappus-node" ${PROJECT_IS_TOP_LEVEL})
option(PAPPUS_BUILD_EXAMPLES "Build the other examples" ${PROJECT_IS_TOP_LEVEL})
option(PAPPUS_BUILD_FULL_NODE "Build examples/full_node on Grin's own chain, which needs cargo" OFF)
option(PAPPUS_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(PAPPUS_TEST_DOCS "Build and test the programs of README.md and docs" ON)
option(PAPPUS_BUILD_BENCHMARKS "Build the benchmarks" OFF)
option(PAPPUS_BUILD_FUZZERS "Build the fuzz targets (clang only)" OFF)
option(PAPPUS_INSTALL "Make the install rules" ${PROJECT_IS_TOP_LEVEL})
set(PAPPUS_LIBRARY_OPTIONS "" CACHE STRING "Compiler options for the library alone")

if(PAPPUS_LOW_LEVELS_ONLY)
  foreach(part NODE EXAMPLES FULL_NODE BENCHMARKS FUZZERS)
    set(PAPPUS_BUILD_${part} OFF)
  endforeach()
  set(PAPPUS_TEST_DOCS OFF)
endif()

# The registry of live coroutines changes the layout of every coroutine frame, so a program and the library must agree.
# That is why the choice is fixed here, once, and travels with the target instead of following each consumer's NDEBUG.
set(pappus_trace_default OFF)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(pappus_trace_default ON)
endif()
option(PAPPUS_TRACE_COROUTINES "Keep a list of live coroutines and what they wait for" ${pappus_trace_default})

# A project that adds pappus to its build gets none of these: the target is empty there, and it is never exported.
add_library(pappus_warnings INTERFACE)
if(PROJECT_IS_TOP_LEVEL)
  if(MSVC)
    target_compile_options(pappus_warnings INTERFACE /W4)
  else()
    target_compile_options(pappus_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
    # Where g++ 12 has inlined a std::vector<std::byte> or std::string into its user at -O3, it reports accesses that
    # never happen (GCC bugs 100366, 105651 and their kin). The address sanitizer looks for real ones.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(pappus_warnings INTERFACE
        -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
      # Of a source that is read from another, as in a unity build, g++ believes that it is a header.
      if(CMAKE_UNITY_BUILD)
        target_compile_options(pappus_warnings INTERFACE -Wno-subobject-linkage)
      endif()
    endif()
  endif()

  # clang 14's check of function types cannot be compiled into coroutines (LLVM issue 49689); without sanitizers this
  # option does nothing.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=function>)
  endif()

  # A precompiled header is known by its content, not by the time it was written: a compiler cache finds it again.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()

  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)  # for clang-tidy and editors
  find_program(PAPPUS_CCACHE ccache)
  if(PAPPUS_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${PAPPUS_CCACHE}")
  endif()
  # A test links in a third of the time. It makes no programs for Windows.
  find_program(PAPPUS_MOLD mold)
  if(PAPPUS_MOLD AND NOT WIN32)
    add_link_options(-fuse-ld=mold)
  endif()
endif()
