#include <string_view>

#include <pappus/peer/store/store_errc.hpp>

#include "../../enum_category.hpp"

namespace pappus::peer {
namespace {

std::string_view store_error_text(store_errc error) noexcept {
  switch (error) {
    case store_errc::in_use: return "in use by another program";
    case store_errc::too_new: return "written by a later version of pappus";
    case store_errc::unresponsive: return "not done in time";
    case store_errc::bad_name: return "not the name of a file";
    case store_errc::not_a_file: return "not a regular file";
    case store_errc::foreign_file: return "no store of pappus, or too damaged to tell; it is left as it is";
    case store_errc::read_only: return "it cannot be written";
    case store_errc::disk_full: return "no room on the disk";
    case store_errc::unusable: return "it cannot be opened or made";
    case store_errc::file_moved: return "the store's file has been moved or deleted";
    case store_errc::not_stored: return "it cannot be written now";
  }
  return "unknown error";
}

}  // namespace

const std::error_category& store_category() noexcept {
  static const enum_category<store_errc> category{"pappus.store", store_error_text};
  return category;
}

}  // namespace pappus::peer
