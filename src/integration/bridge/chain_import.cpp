#include <pappus/integration/bridge/chain_import.hpp>

namespace pappus::integration {

std::string_view to_string(import_result which) noexcept {
  switch (which) {
    case import_result::accepted: return "accepted";
    case import_result::known: return "known";
    case import_result::unlinked: return "unlinked";
    case import_result::invalid: return "invalid";
    case import_result::future: return "future";
    case import_result::busy: return "busy";
    case import_result::failed: return "failed";
  }
  return "unknown";
}

}  // namespace pappus::integration
