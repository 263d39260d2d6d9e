# Finds libzip as libzip::zip. pkg-config is asked first: Debian 12's CMake package insists on three programs that come
# in packages of their own. Installed with pappus, whose consumers look for libzip in the same way.
include(FindPackageHandleStandardArgs)

if(NOT TARGET libzip::zip)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(PAPPUS_LIBZIP QUIET IMPORTED_TARGET "libzip>=${libzip_FIND_VERSION}")
  endif()
  if(TARGET PkgConfig::PAPPUS_LIBZIP)
    add_library(libzip::zip INTERFACE IMPORTED)
    target_link_libraries(libzip::zip INTERFACE PkgConfig::PAPPUS_LIBZIP)
  else()
    find_package(libzip ${libzip_FIND_VERSION} CONFIG QUIET)
  endif()
endif()

if(TARGET libzip::zip)
  set(pappus_libzip_target libzip::zip)
endif()
find_package_handle_standard_args(libzip REQUIRED_VARS pappus_libzip_target
  REASON_FAILURE_MESSAGE "neither pkg-config nor a CMake package knows libzip ${libzip_FIND_VERSION} or later")
