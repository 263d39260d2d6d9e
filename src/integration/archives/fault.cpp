#include <pappus/integration/archives/fault.hpp>

namespace pappus::integration {

std::string_view to_string(archive_error why) noexcept {
  switch (why) {
    case archive_error::busy: return "busy";
    case archive_error::given_up: return "given_up";
    case archive_error::unreadable: return "unreadable";
    case archive_error::unwritable: return "unwritable";
    case archive_error::disk_full: return "disk_full";
    case archive_error::too_many_files: return "too_many_files";
    case archive_error::too_large: return "too_large";
    case archive_error::bomb: return "bomb";
    case archive_error::damaged: return "damaged";
    case archive_error::wrong_size: return "wrong_size";
    case archive_error::wrong_checksum: return "wrong_checksum";
    case archive_error::encrypted: return "encrypted";
    case archive_error::unknown_method: return "unknown_method";
    case archive_error::not_a_file: return "not_a_file";
    case archive_error::absolute_name: return "absolute_name";
    case archive_error::climbing_name: return "climbing_name";
    case archive_error::odd_name: return "odd_name";
    case archive_error::duplicate_name: return "duplicate_name";
    case archive_error::unexpected_name: return "unexpected_name";
  }
  return "unknown";
}

std::string to_string(const archive_fault& fault) {
  std::string text{to_string(fault.why)};
  if (!fault.detail.empty()) text += ": " + fault.detail;
  return text;
}

}  // namespace pappus::integration
