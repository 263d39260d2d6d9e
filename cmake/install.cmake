# What `cmake --install` installs: library, headers, a CMake package and a pkg-config file, all of it relocatable;
# pappus-node, its manual page, and the licence.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(pappus_package "${CMAKE_INSTALL_LIBDIR}/cmake/pappus")

install(TARGETS ${pappus_installed} EXPORT pappusTargets FILE_SET HEADERS)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# The page is made from what the program says of itself, so that it cannot differ.
if(TARGET pappus-node)
  install(TARGETS pappus-node)
  find_program(PAPPUS_HELP2MAN help2man)
  if(PAPPUS_HELP2MAN AND NOT CMAKE_CROSSCOMPILING)
    set(page "${PROJECT_BINARY_DIR}/pappus-node.1")
    add_custom_command(OUTPUT "${page}"
      COMMAND "${PAPPUS_HELP2MAN}" --no-info --name "node of a Grin network, without a wallet or validation"
        --output "${page}" $<TARGET_FILE:pappus-node>
      DEPENDS pappus-node VERBATIM)
    add_custom_target(pappus-node-page ALL DEPENDS "${page}")
    install(FILES "${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
  else()
    message(STATUS "Without help2man, pappus-node is installed without a manual page")
  endif()
endif()

if(PAPPUS_BUNDLED_LIBUV)
  set(pappus_bundled_include "${CMAKE_INSTALL_INCLUDEDIR}/pappus/bundled")
  install(TARGETS uv_a EXPORT pappusTargets INCLUDES DESTINATION "${pappus_bundled_include}")
  install(DIRECTORY "${libuv_SOURCE_DIR}/include/" DESTINATION "${pappus_bundled_include}")
  install(FILES "${libuv_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME LICENSE.libuv)
endif()
install(EXPORT pappusTargets NAMESPACE pappus:: DESTINATION "${pappus_package}")

set(pappus_type STATIC_LIBRARY)
if(BUILD_SHARED_LIBS)
  set(pappus_type SHARED_LIBRARY)
endif()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/pappusConfig.cmake.in" pappusConfig.cmake
  INSTALL_DESTINATION "${pappus_package}")
write_basic_package_version_file(pappusConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/pappusConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/pappusConfigVersion.cmake"
  DESTINATION "${pappus_package}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/cmake/find" DESTINATION "${pappus_package}")

# pkg-config: a static pappus leaves its own dependencies to the program that links it, so they are plain requirements
# then.
set(pappus_pc_requires libuv)
set(pappus_pc_requires_private)
if(NOT PAPPUS_LOW_LEVELS_ONLY)
  set(pappus_pc_requires_private fmt libsodium libzip openssl sqlite3)
endif()
set(pappus_pc_libs)
set(pappus_pc_libs_private)
if(NOT PAPPUS_LOW_LEVELS_ONLY)
  set(pappus_pc_libs -lpappus)
  set(pappus_pc_libs_private "-lSQLiteCpp")  # has no file of its own for pkg-config
endif()
if(pappus_type STREQUAL "STATIC_LIBRARY")
  set(pappus_archives ${pappus_levels})  # those that use others first
  list(REVERSE pappus_archives)
  list(TRANSFORM pappus_archives PREPEND "-lpappus_")
  list(APPEND pappus_pc_libs ${pappus_archives})
endif()
list(JOIN pappus_pc_libs " " pappus_pc_libs)
set(pappus_pc_cflags "-DPAPPUS_TRACE_COROUTINES=$<BOOL:${PAPPUS_TRACE_COROUTINES}>")
if(pappus_type STREQUAL "STATIC_LIBRARY")
  list(APPEND pappus_pc_requires ${pappus_pc_requires_private})
  set(pappus_pc_requires_private)
  string(APPEND pappus_pc_libs " ${pappus_pc_libs_private}")
  set(pappus_pc_libs_private)
endif()
if(PAPPUS_BUNDLED_LIBUV)
  list(REMOVE_ITEM pappus_pc_requires libuv)
  get_target_property(pappus_uv_libraries uv_a INTERFACE_LINK_LIBRARIES)
  string(REGEX REPLACE "([^;]+);?" " -l\\1" pappus_uv_libraries "${pappus_uv_libraries}")
  string(APPEND pappus_pc_libs " -lpappus_bundled_uv${pappus_uv_libraries}")
  string(APPEND pappus_pc_cflags " -I\${includedir}/pappus/bundled")
endif()
string(STRIP "${pappus_pc_libs} ${CMAKE_THREAD_LIBS_INIT}" pappus_pc_libs)
list(JOIN pappus_pc_requires ", " pappus_pc_requires)
list(JOIN pappus_pc_requires_private ", " pappus_pc_requires_private)
file(RELATIVE_PATH pappus_pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" pappus_pc_prefix "${pappus_pc_prefix}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/pappus.pc.in" pappus.pc.in @ONLY)
file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/pappus.pc" INPUT "${CMAKE_CURRENT_BINARY_DIR}/pappus.pc.in")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/pappus.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
