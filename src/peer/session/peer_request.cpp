#include <pappus/peer/session/peer_request.hpp>

#include "../../enum_category.hpp"

namespace pappus::peer {

std::string_view to_string(request_error error) noexcept {
  switch (error) {
    case request_error::no_such_peer: return "no_such_peer";
    case request_error::too_many: return "too_many";
    case request_error::unwritable: return "unwritable";
    case request_error::timed_out: return "timed_out";
    case request_error::disconnected: return "disconnected";
    case request_error::from_future: return "from_future";
    case request_error::not_stored: return "not_stored";
  }
  return "unknown";
}

const std::error_category& request_category() noexcept {
  static const enum_category<request_error> category{"pappus.request", to_string, 1};
  return category;
}

}  // namespace pappus::peer
