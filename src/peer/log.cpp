#include <pappus/peer/log.hpp>

namespace pappus::peer {

std::string_view to_string(log_level level) noexcept {
  switch (level) {
    case log_level::error: return "error";
    case log_level::warning: return "warning";
    case log_level::info: return "info";
    case log_level::debug: return "debug";
  }
  return "unknown";
}

std::string_view to_string(log_category cause) noexcept {
  switch (cause) {
    case log_category::internal_error: return "internal_error";
    case log_category::store: return "store";
    case log_category::clock: return "clock";
    case log_category::network: return "network";
    case log_category::dial: return "dial";
    case log_category::accept: return "accept";
    case log_category::seed: return "seed";
    case log_category::preferred_peer: return "preferred_peer";
    case log_category::private_link: return "private_link";
    case log_category::eviction: return "eviction";
    case log_category::discouragement: return "discouragement";
    case log_category::ban: return "ban";
    case log_category::limit: return "limit";
    case log_category::turned_away: return "turned_away";
    case log_category::handshake: return "handshake";
    case log_category::session: return "session";
    case log_category::sync: return "sync";
    case log_category::reachability: return "reachability";
  }
  return "unknown";
}

}  // namespace pappus::peer
