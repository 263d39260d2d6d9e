# cmake -D URL=... -P can_download.cmake: fails if there is nothing to be had at that address.
file(DOWNLOAD "${URL}" STATUS status TIMEOUT 30)
list(GET status 0 code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${URL}: ${status}")
endif()
