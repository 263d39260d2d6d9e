#include <pappus/integration/txhashset/error.hpp>

namespace pappus::integration {

std::string_view to_string(archive_errc error) noexcept {
  switch (error) {
    case archive_errc::busy: return "busy";
    case archive_errc::abandoned: return "given_up";
    case archive_errc::unreadable: return "unreadable";
    case archive_errc::unwritable: return "unwritable";
    case archive_errc::disk_full: return "disk_full";
    case archive_errc::too_many_files: return "too_many_files";
    case archive_errc::too_large: return "too_large";
    case archive_errc::zip_bomb: return "bomb";
    case archive_errc::damaged: return "damaged";
    case archive_errc::wrong_size: return "wrong_size";
    case archive_errc::wrong_checksum: return "wrong_checksum";
    case archive_errc::encrypted: return "encrypted";
    case archive_errc::unknown_method: return "unknown_method";
    case archive_errc::not_a_file: return "not_a_file";
    case archive_errc::absolute_path: return "absolute_name";
    case archive_errc::path_traversal: return "climbing_name";
    case archive_errc::invalid_name: return "odd_name";
    case archive_errc::duplicate_name: return "duplicate_name";
    case archive_errc::unexpected_name: return "unexpected_name";
  }
  return "unknown";
}

std::string to_string(const archive_error& fault) {
  std::string text{to_string(fault.code)};
  if (!fault.detail.empty()) text += ": " + fault.detail;
  return text;
}

}  // namespace pappus::integration
