// The folder of a full node's data, which one process may use at a time.
#pragma once

#include <filesystem>

namespace full_node {

/// Holds the lock of a folder. The system releases it however the process ends.
class data_folder {
public:
  /// Makes the folder if there is none. Throws `std::runtime_error` if it cannot be made, or is in use.
  explicit data_folder(std::filesystem::path path);
  data_folder(const data_folder&) = delete;
  data_folder& operator=(const data_folder&) = delete;
  ~data_folder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
  int lock_;  // descriptor of a file in the folder
};

}  // namespace full_node
