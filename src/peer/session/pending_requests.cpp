#include <tuple>

#include <pappus/peer/session/pending_requests.hpp>

namespace pappus::peer {

// Not in the header: each file that includes it would compile the lists of all request types.
pending_requests::pending_requests(io::runtime& runtime, request_counts& counts) noexcept
    : runtime_(runtime), counts_(counts) {}

pending_requests::~pending_requests() {
  std::apply([&](auto&... lists) { (fail_all(lists, request_error::disconnected), ...); }, lists_);
}

}  // namespace pappus::peer
