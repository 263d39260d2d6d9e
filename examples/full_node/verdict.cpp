#include "full_node/verdict.hpp"

namespace full_node {

using pappus::integration::import_result;

std::string_view to_string(verdict what) noexcept {
  switch (what) {
    case verdict::accepted: return "accepted";
    case verdict::known: return "known";
    case verdict::unlinked: return "unlinked";
    case verdict::invalid: return "invalid";
    case verdict::future: return "future";
    case verdict::refused: return "refused";
    case verdict::absent: return "absent";
    case verdict::failed: break;
  }
  return "failed";
}

import_result import_result_of(verdict what) noexcept {
  switch (what) {
    case verdict::accepted: return import_result::accepted;
    case verdict::known: return import_result::known;
    case verdict::unlinked: return import_result::unlinked;
    case verdict::invalid: return import_result::invalid;
    case verdict::future: return import_result::future;
    // Headers and blocks are neither refused nor absent.
    case verdict::refused:
    case verdict::absent:
    case verdict::failed: break;
  }
  return import_result::failed;
}

}  // namespace full_node
