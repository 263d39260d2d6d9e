# Finds moodycamel::ConcurrentQueue as concurrentqueue::concurrentqueue. It is one header: Debian ships nothing else,
# vcpkg a CMake package. pappus uses it inside alone, so its consumers need not find it.
include(FindPackageHandleStandardArgs)

if(NOT TARGET concurrentqueue::concurrentqueue)
  find_package(concurrentqueue CONFIG QUIET)
endif()
if(NOT TARGET concurrentqueue::concurrentqueue)
  find_path(PAPPUS_CONCURRENTQUEUE concurrentqueue.h PATH_SUFFIXES concurrentqueue moodycamel)
  mark_as_advanced(PAPPUS_CONCURRENTQUEUE)
  if(PAPPUS_CONCURRENTQUEUE)
    add_library(concurrentqueue::concurrentqueue INTERFACE IMPORTED)
    target_include_directories(concurrentqueue::concurrentqueue SYSTEM INTERFACE "${PAPPUS_CONCURRENTQUEUE}")
  endif()
endif()

if(TARGET concurrentqueue::concurrentqueue)
  set(pappus_concurrentqueue_target concurrentqueue::concurrentqueue)
endif()
find_package_handle_standard_args(concurrentqueue REQUIRED_VARS pappus_concurrentqueue_target
  REASON_FAILURE_MESSAGE "neither a CMake package nor a header concurrentqueue.h is there")
