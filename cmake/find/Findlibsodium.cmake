# Finds libsodium as libsodium::libsodium. It has no CMake package of its own: vcpkg makes one, others have pkg-config.
# Installed with pappus, whose consumers look for libsodium in the same way.
include(FindPackageHandleStandardArgs)

if(NOT TARGET libsodium::libsodium)
  find_package(unofficial-sodium CONFIG QUIET)
  find_package(PkgConfig QUIET)
  if(NOT TARGET unofficial-sodium::sodium AND PkgConfig_FOUND)
    pkg_check_modules(PAPPUS_LIBSODIUM QUIET IMPORTED_TARGET "libsodium>=${libsodium_FIND_VERSION}")
  endif()
  foreach(candidate IN ITEMS unofficial-sodium::sodium PkgConfig::PAPPUS_LIBSODIUM)
    if(TARGET ${candidate} AND NOT TARGET libsodium::libsodium)
      add_library(libsodium::libsodium INTERFACE IMPORTED)
      target_link_libraries(libsodium::libsodium INTERFACE ${candidate})
    endif()
  endforeach()
endif()

if(TARGET libsodium::libsodium)
  set(pappus_libsodium_target libsodium::libsodium)
endif()
find_package_handle_standard_args(libsodium REQUIRED_VARS pappus_libsodium_target
  REASON_FAILURE_MESSAGE "neither vcpkg's package nor pkg-config knows libsodium ${libsodium_FIND_VERSION} or later")
