# Where the libraries that pappus stands on come from. The versions are those of Debian 12, the oldest we support;
# SECURITY.md says which of them need a distributor's fixes.
# GLOBAL, because a project that adds pappus as a subdirectory links these targets from its own directories.

find_package(Threads REQUIRED GLOBAL)
if(NOT PAPPUS_LOW_LEVELS_ONLY)
  find_package(fmt 9.1 REQUIRED GLOBAL)
  find_package(libsodium 1.0.18 REQUIRED GLOBAL)
  find_package(libzip 1.7.3 REQUIRED GLOBAL)
  find_package(OpenSSL 3.0 REQUIRED GLOBAL)
  find_package(SQLite3 3.40 REQUIRED GLOBAL)
  find_package(SQLiteCpp 3.2 REQUIRED GLOBAL)
  find_package(concurrentqueue REQUIRED GLOBAL)
endif()

if(NOT PAPPUS_BUNDLED_LIBUV)
  find_package(libuv 1.44.2 REQUIRED GLOBAL)
  set(pappus_libuv libuv::uv)
  return()
endif()

if(BUILD_SHARED_LIBS)
  message(FATAL_ERROR "PAPPUS_BUNDLED_LIBUV needs a static pappus: a shared one would carry a second libuv into the"
    " program that uses it. Set BUILD_SHARED_LIBS to OFF, or take the system's libuv.")
endif()

include(FetchContent)
FetchContent_Declare(libuv
  URL "https://github.com/libuv/libuv/archive/refs/tags/v1.51.0.tar.gz"
  URL_HASH SHA256=27e55cf7083913bfb6826ca78cde9de7647cded648d35f24163f2d31bb9f51cd
  DOWNLOAD_EXTRACT_TIMESTAMP ON
  SOURCE_SUBDIR added-below)  # no such folder: FetchContent only fetches, so that the next step can say EXCLUDE_FROM_ALL
FetchContent_MakeAvailable(libuv)

# Its own install rules stay out of ours: cmake/install.cmake installs what a consumer of pappus needs of it, under
# names that leave a libuv in the same prefix alone.
function(pappus_add_bundled_libuv)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # let the next lines decide libuv's options
  set(LIBUV_BUILD_SHARED OFF)
  set(BUILD_TESTING OFF)
  add_subdirectory("${libuv_SOURCE_DIR}" "${libuv_BINARY_DIR}" EXCLUDE_FROM_ALL SYSTEM)
endfunction()
pappus_add_bundled_libuv()
set_target_properties(uv_a PROPERTIES OUTPUT_NAME pappus_bundled_uv EXPORT_NAME bundled_uv)
set(pappus_libuv uv_a)
