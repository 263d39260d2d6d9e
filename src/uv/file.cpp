#include <uv.h>

#include <pappus/uv/error.hpp>
#include <pappus/uv/file.hpp>

#include "file_stream.hpp"

namespace pappus::uv {

result<io::stream_ptr> open_file(loop& on, const std::string& path, open_mode use) {
  constexpr int private_to_its_owner = 0600;
  const int flags = use == open_mode::read ? UV_FS_O_RDONLY : UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_EXCL;
  uv_fs_t request{};
  const int descriptor = uv_fs_open(&on.handle(), &request, path.c_str(), flags, private_to_its_owner, nullptr);
  uv_fs_req_cleanup(&request);
  if (descriptor < 0) return failure{error_from(descriptor)};
  return io::stream_ptr{new file_stream{on, descriptor, file_stream::owns_descriptor::yes}};
}

}  // namespace pappus::uv
