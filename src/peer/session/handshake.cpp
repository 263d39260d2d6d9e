#include <utility>

#include <pappus/io/random.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/session/handshake.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/printable.hpp>

namespace pappus::peer {
namespace {

using wire::messages::hand;
using wire::messages::shake;

/// Waits for a message of one type; any other type is an error.
template <class Message>
task<result<Message, disconnect_info>> expect(connection& from) {
  for (;;) {
    auto next = from.next();
    if (!next) co_return failure{disconnect_info_from(next.error())};
    if (!*next) {
      auto more = co_await from.more();
      if (!more) co_return failure{disconnect_info_from(more.error())};
      continue;
    }
    const wire::frame& got = **next;
    if (got.header.code != Message::code) {
      disconnect_info unexpected{disconnect_reason::unexpected_message, wire::grin_messages::name_of(got.header.code)};
      unexpected.detail += " in place of ";
      unexpected.detail += Message::name;
      co_return failure{std::move(unexpected)};
    }
    auto read = wire::decode<Message>(got.body, from.spoken());
    if (!read) co_return failure{disconnect_info_from(read.error())};
    co_return std::move(*read);
  }
}

/// Writes a message directly to the stream; nothing else writes during the handshake.
template <class Message>
task<result<void, disconnect_info>> say(connection& to, const Message& message) {
  const auto unwritable = [](const auto& why) {
    return disconnect_info{disconnect_reason::internal_error, to_string(why)};
  };
  auto encoded = to.encode(message);
  if (!encoded) co_return failure{unwritable(encoded.error())};
  to.note_sent(*encoded);
  auto written = co_await to.stream().write_all(encoded->view());
  if (!written) co_return failure{disconnect_info_from(written.error())};
  co_return result<void, disconnect_info>{};
}

/// Checks that Hand and Shake have in common; sets the negotiated version.
template <class Introduction>
result<handshake_result, disconnect_info> accept(const Introduction& said, connection& with, const local_node& local,
                                                 direction way, std::uint64_t nonce) {
  if (said.version.number == 0) return failure{disconnect_info{disconnect_reason::no_common_version, "version 0"}};
  if (said.genesis != local.chain.genesis)
    return failure{disconnect_info{disconnect_reason::other_genesis, to_string(said.genesis)}};
  handshake_result shaken;
  shaken.nonce = nonce;
  peer_info& peer = shaken.peer;
  peer.endpoint = with.stream().remote_endpoint();
  peer.direction = way;
  peer.version = wire::negotiated_version(local.version, said.version);
  peer.capabilities = said.capabilities;
  peer.user_agent = printable(said.user_agent);
  peer.tip.total_difficulty = said.total_difficulty;
  with.speak(peer.version);
  return shaken;
}

task<result<handshake_result, disconnect_info>> greet(io::runtime& runtime, connection& with, local_node& local) {
  hand ours;
  ours.version = local.version;
  ours.capabilities = local.capabilities;
  ours.nonce = io::random_bits(runtime);
  ours.total_difficulty = local.tip().total_difficulty;
  ours.sender = to_wire(local.advertised);
  ours.receiver = to_wire(with.stream().remote_endpoint());
  ours.user_agent = local.user_agent;
  ours.genesis = local.chain.genesis;
  const own_nonces::handshake under_way{local.nonces, ours.nonce};

  PAPPUS_CO_TRY_DISCARD(co_await say(with, ours));
  auto theirs = co_await expect<shake>(with);
  if (under_way.was_received()) co_return failure{disconnect_info{disconnect_reason::self_connection, {}}};
  if (!theirs) co_return failure{std::move(theirs).error()};
  co_return accept(*theirs, with, local, direction::outbound, ours.nonce);
}

task<result<handshake_result, disconnect_info>> be_greeted(connection& with, local_node& local) {
  PAPPUS_CO_TRY(theirs, co_await expect<hand>(with));
  if (local.nonces.recognize(theirs.nonce)) co_return failure{disconnect_info{disconnect_reason::self_connection, {}}};
  PAPPUS_CO_TRY(shaken, accept(theirs, with, local, direction::inbound, theirs.nonce));
  shaken.peer.endpoint.port = theirs.sender.port();

  shake ours;
  ours.version = local.version;
  ours.capabilities = local.capabilities;
  ours.total_difficulty = local.tip().total_difficulty;
  ours.user_agent = local.user_agent;
  ours.genesis = local.chain.genesis;
  PAPPUS_CO_TRY_DISCARD(co_await say(with, ours));
  co_return std::move(shaken);
}

}  // namespace

task<result<handshake_result, disconnect_info>> perform_handshake(io::runtime& runtime, connection& with,
                                                                  local_node& local, direction way) {
  const coro::context here = co_await coro::current_context{};
  io::deadline limit{runtime, here.stop};
  limit.expires_after(limits::handshake_timeout);
  auto shaking = way == direction::outbound ? greet(runtime, with, local) : be_greeted(with, local);
  auto shaken = co_await std::move(shaking).with_stop_token(limit.token());
  if (!shaken && limit.expired()) co_return failure{disconnect_info{disconnect_reason::handshake_timeout, {}}};
  co_return shaken;
}

}  // namespace pappus::peer
