#include <tuple>

#include <pappus/peer/session/pending_requests.hpp>

namespace pappus::peer {

// Not in the header: each file that includes it would compile the lists of all request types.
pending_requests::pending_requests(io::runtime& runtime, request_counts& counted) noexcept
    : runtime_(runtime), counted_(counted) {}

pending_requests::~pending_requests() {
  std::apply([&](auto&... lists) { (drop_list(lists, request_error::disconnected), ...); }, waiting_);
}

}  // namespace pappus::peer
