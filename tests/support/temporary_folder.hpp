// A folder for the files of a test, removed with the object.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <uv.h>

namespace support {

class temporary_folder {
public:
  temporary_folder() {
    const std::string pattern = (std::filesystem::temp_directory_path() / "pappus.XXXXXX").string();
    uv_fs_t request{};
    const int status = uv_fs_mkdtemp(nullptr, &request, pattern.c_str(), nullptr);
    if (status == 0) path_ = request.path;
    uv_fs_req_cleanup(&request);
    if (status != 0) throw std::runtime_error("no folder for temporary files");
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// The path of a file in it.
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

}  // namespace support
