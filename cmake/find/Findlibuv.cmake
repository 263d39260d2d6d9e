# Finds libuv as libuv::uv, whatever its packager ships: a CMake package, with or without a namespace, or a pkg-config
# file alone (Debian 12). Installed with pappus, whose consumers look for libuv in the same way.
include(FindPackageHandleStandardArgs)

if(NOT TARGET libuv::uv)
  find_package(libuv ${libuv_FIND_VERSION} CONFIG QUIET)
  find_package(PkgConfig QUIET)
  if(NOT libuv_CONFIG AND PkgConfig_FOUND)
    pkg_check_modules(PAPPUS_LIBUV QUIET IMPORTED_TARGET "libuv>=${libuv_FIND_VERSION}")
  endif()
  foreach(candidate IN ITEMS uv libuv::uv_a uv_a PkgConfig::PAPPUS_LIBUV)
    if(TARGET ${candidate} AND NOT TARGET libuv::uv)
      add_library(libuv::uv INTERFACE IMPORTED)
      target_link_libraries(libuv::uv INTERFACE ${candidate})
    endif()
  endforeach()
endif()

if(TARGET libuv::uv)
  set(pappus_libuv_target libuv::uv)
endif()
find_package_handle_standard_args(libuv REQUIRED_VARS pappus_libuv_target
  REASON_FAILURE_MESSAGE "neither a CMake package nor pkg-config knows libuv ${libuv_FIND_VERSION} or later")
