#include <pappus/error.hpp>
#include <pappus/peer/ending.hpp>

namespace pappus::peer {

std::string_view to_string(end_cause cause) noexcept {
  switch (cause) {
    case end_cause::requested: return "requested";
    case end_cause::shutting_down: return "shutting_down";
    case end_cause::unreachable: return "unreachable";
    case end_cause::connection_refused: return "connection_refused";
    case end_cause::already_connected: return "already_connected";
    case end_cause::banned: return "banned";
    case end_cause::reported: return "reported";
    case end_cause::discouraged: return "discouraged";
    case end_cause::denied: return "denied";
    case end_cause::memory_limit: return "memory_limit";
    case end_cause::too_many: return "too_many";
    case end_cause::closed_by_peer: return "closed_by_peer";
    case end_cause::connection_lost: return "connection_lost";
    case end_cause::handshake_timeout: return "handshake_timeout";
    case end_cause::silent: return "silent";
    case end_cause::no_pong: return "no_pong";
    case end_cause::slow_frame: return "slow_frame";
    case end_cause::slow_reader: return "slow_reader";
    case end_cause::stuck: return "stuck";
    case end_cause::wrong_magic: return "wrong_magic";
    case end_cause::bad_message: return "bad_message";
    case end_cause::unexpected_message: return "unexpected_message";
    case end_cause::too_many_messages: return "too_many_messages";
    case end_cause::other_genesis: return "other_genesis";
    case end_cause::self_connection: return "self_connection";
    case end_cause::no_common_version: return "no_common_version";
    case end_cause::banned_by_peer: return "banned_by_peer";
    case end_cause::refused_by_peer: return "refused_by_peer";
    case end_cause::internal_error: return "internal_error";
  }
  return "unknown";
}

std::string to_string(const ending& why) {
  std::string text{to_string(why.cause)};
  if (!why.detail.empty()) text += ": " + why.detail;
  return text;
}

ending ending_from(std::error_code failed) {
  if (failed == make_error_code(errc::end_of_stream)) return {end_cause::closed_by_peer, {}};
  if (failed == make_error_code(errc::canceled)) return {end_cause::shutting_down, {}};
  return {end_cause::connection_lost, failed.message()};
}

ending ending_from(const wire::decode_error& fault) {
  const bool magic = fault.fault == wire::decode_fault::wrong_magic;
  return {magic ? end_cause::wrong_magic : end_cause::bad_message, to_string(fault)};
}

}  // namespace pappus::peer
