#include <pappus/integration/bridge/sync_status.hpp>

namespace pappus::integration {

std::string_view to_string(sync_stage which) noexcept {
  switch (which) {
    case sync_stage::waiting: return "waiting";
    case sync_stage::headers: return "headers";
    case sync_stage::segments: return "segments";
    case sync_stage::archive: return "archive";
    case sync_stage::validation: return "validation";
    case sync_stage::blocks: return "blocks";
    case sync_stage::following: return "following";
  }
  return "";
}

}  // namespace pappus::integration
