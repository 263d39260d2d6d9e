#include <pappus/error.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/tls/errc.hpp>

#include "../enum_category.hpp"

namespace pappus::peer {

std::string_view to_string(disconnect_reason cause) noexcept {
  switch (cause) {
    case disconnect_reason::requested: return "requested";
    case disconnect_reason::shutting_down: return "shutting_down";
    case disconnect_reason::unreachable: return "unreachable";
    case disconnect_reason::unknown_host: return "unknown_host";
    case disconnect_reason::connection_refused: return "connection_refused";
    case disconnect_reason::already_connected: return "already_connected";
    case disconnect_reason::banned: return "banned";
    case disconnect_reason::reported: return "reported";
    case disconnect_reason::discouraged: return "discouraged";
    case disconnect_reason::not_allowed: return "denied";
    case disconnect_reason::memory_limit: return "memory_limit";
    case disconnect_reason::too_many_peers: return "too_many";
    case disconnect_reason::closed_by_peer: return "closed_by_peer";
    case disconnect_reason::connection_lost: return "connection_lost";
    case disconnect_reason::handshake_timeout: return "handshake_timeout";
    case disconnect_reason::idle_timeout: return "silent";
    case disconnect_reason::ping_timeout: return "no_pong";
    case disconnect_reason::receive_timeout: return "slow_frame";
    case disconnect_reason::send_timeout: return "slow_reader";
    case disconnect_reason::stuck: return "stuck";
    case disconnect_reason::stalling: return "stalling";
    case disconnect_reason::overstating: return "overstating";
    case disconnect_reason::download_canceled: return "download_canceled";
    case disconnect_reason::wrong_magic: return "wrong_magic";
    case disconnect_reason::bad_message: return "bad_message";
    case disconnect_reason::unexpected_message: return "unexpected_message";
    case disconnect_reason::too_many_messages: return "too_many_messages";
    case disconnect_reason::other_genesis: return "other_genesis";
    case disconnect_reason::self_connection: return "self_connection";
    case disconnect_reason::no_common_version: return "no_common_version";
    case disconnect_reason::banned_by_peer: return "banned_by_peer";
    case disconnect_reason::refused_by_peer: return "refused_by_peer";
    case disconnect_reason::internal_error: return "internal_error";
  }
  return "unknown";
}

const std::error_category& disconnect_category() noexcept {
  static const enum_category<disconnect_reason> category{"pappus.disconnect", to_string, 1};
  return category;
}

std::string to_string(const disconnect_info& reason) {
  std::string text{to_string(reason.reason)};
  if (!reason.detail.empty()) text += ": " + reason.detail;
  return text;
}

disconnect_info disconnect_info_from(std::error_code failed) {
  if (failed == make_error_code(errc::end_of_stream)) return {disconnect_reason::closed_by_peer, {}};
  if (failed == make_error_code(errc::canceled)) return {disconnect_reason::shutting_down, {}};
  const bool is_refused = failed == tls::errc::alert;
  return {is_refused ? disconnect_reason::refused_by_peer : disconnect_reason::connection_lost, failed.message()};
}

disconnect_info disconnect_info_from(const wire::decode_error& fault) {
  const bool magic = fault.code == wire::decode_errc::wrong_magic;
  return {magic ? disconnect_reason::wrong_magic : disconnect_reason::bad_message, to_string(fault)};
}

}  // namespace pappus::peer
