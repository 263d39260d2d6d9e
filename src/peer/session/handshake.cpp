#include <optional>
#include <utility>

#include <pappus/coro/deferred.hpp>
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

/// Waits for a message of one type; any other type is an error. What has arrived behind it stays: the session begins in
/// a later turn, if the budget of this one is spent, and other connections are read before.
template <class Message>
task<result<Message, disconnect_info>> expect(connection& connection) {
  for (;;) {
    auto next = connection.next_frame();
    if (!next) co_return failure{disconnect_info_from(next.error())};
    if (!*next) {
      auto more = co_await connection.read_more();
      if (!more) co_return failure{disconnect_info_from(more.error())};
      continue;
    }
    const wire::frame& frame = **next;
    if (frame.header.code != Message::code) {
      disconnect_info unexpected{disconnect_reason::unexpected_message,
                                 wire::grin_messages::name_of(frame.header.code)};
      unexpected.detail += " in place of ";
      unexpected.detail += Message::name;
      co_return failure{std::move(unexpected)};
    }
    auto read = wire::decode<Message>(frame.body, connection.codec());
    if (!read) co_return failure{disconnect_info_from(read.error())};
    connection.keep_received();
    co_return std::move(*read);
  }
}

/// Writes a message directly to the stream; nothing else writes during the handshake.
template <class Message>
task<result<void, disconnect_info>> send(connection& connection, const Message& message) {
  const auto unwritable = [](const auto& error) {
    return disconnect_info{disconnect_reason::internal_error, to_string(error)};
  };
  auto encoded = connection.encode(message);
  if (!encoded) co_return failure{unwritable(encoded.error())};
  connection.note_sent(*encoded);
  auto written = co_await connection.stream().write_all(encoded->view());
  if (!written) co_return failure{disconnect_info_from(written.error())};
  co_return result<void, disconnect_info>{};
}

/// Checks that Hand and Shake have in common; sets the negotiated version.
template <class Message>
result<handshake_result, disconnect_info> accept(const Message& theirs, connection& connection, const local_node& local,
                                                 std::uint64_t nonce) {
  if (theirs.version.number == 0) return failure{disconnect_info{disconnect_reason::no_common_version, "version 0"}};
  if (theirs.genesis != local.chain.genesis)
    return failure{disconnect_info{disconnect_reason::other_genesis, to_string(theirs.genesis)}};
  handshake_result handshake;
  handshake.nonce = nonce;
  peer_info& peer = handshake.peer;
  peer = connection.peer();
  peer.version = wire::negotiated_version(local.version, theirs.version);
  peer.capabilities = theirs.capabilities;
  peer.user_agent = printable(theirs.user_agent);
  peer.tip.total_difficulty = theirs.total_difficulty;
  connection.set_version(peer.version);
  return handshake;
}

/// What a peer is told of where this node is: nothing that one behind a proxy does not know. Nodes with a private link
/// know each other already.
io::endpoint sender_for(const peer_info& peer, const local_node& local) noexcept {
  const bool is_told = peer.transport == transport_type::direct && !peer.tls_key;
  return is_told ? local.advertised.of(peer.endpoint.address) : io::endpoint{{}, local.chain.default_port};
}

/// Whether a connection of the node with itself is noticed, by the nonce of the Hand. Not through a proxy, nor by an
/// onion service: who is dialed there could send the nonce to other addresses, and see which of them are this node's.
bool is_recognizable(const peer_info& peer) noexcept {
  return peer.transport == transport_type::direct && !peer.tls_key;
}

/// An address that stands for a name means nothing to others.
io::endpoint receiver_for(const peer_info& peer) noexcept {
  return {peer.endpoint.address.is_named() ? ip_address{} : peer.endpoint.address, peer.endpoint.port};
}

task<result<handshake_result, disconnect_info>> initiate(io::runtime& runtime, connection& connection,
                                                         local_node& local) {
  hand ours;
  ours.version = local.version;
  ours.capabilities = local.capabilities;
  ours.nonce = io::random_bits(runtime);
  ours.total_difficulty = local.tip().total_difficulty;
  ours.sender = to_wire(sender_for(connection.peer(), local));
  ours.receiver = to_wire(receiver_for(connection.peer()));
  ours.user_agent = local.user_agent;
  ours.genesis = local.chain.genesis;
  std::optional<own_nonces::handshake> registered;
  if (is_recognizable(connection.peer())) registered.emplace(local.nonces, ours.nonce);

  PAPPUS_CO_TRY_DISCARD(co_await send(connection, ours));
  auto theirs = co_await expect<shake>(connection);
  if (registered && registered->was_received())
    co_return failure{disconnect_info{disconnect_reason::self_connection, {}}};
  if (!theirs) co_return failure{std::move(theirs).error()};
  co_return accept(*theirs, connection, local, ours.nonce);
}

task<result<handshake_result, disconnect_info>> respond(connection& connection, local_node& local) {
  PAPPUS_CO_TRY(theirs, co_await expect<hand>(connection));
  co_await coro::deferred();  // thousands may come at once: those that are here go first
  const bool is_own = is_recognizable(connection.peer()) && local.nonces.recognize(theirs.nonce);
  if (is_own) co_return failure{disconnect_info{disconnect_reason::self_connection, {}}};
  PAPPUS_CO_TRY(handshake, accept(theirs, connection, local, theirs.nonce));
  if (!handshake.peer.tls_key) handshake.peer.endpoint.port = theirs.sender.port;
  handshake.dialed = to_endpoint(theirs.receiver);

  shake ours;
  ours.version = local.version;
  ours.capabilities = local.capabilities;
  ours.total_difficulty = local.tip().total_difficulty;
  ours.user_agent = local.user_agent;
  ours.genesis = local.chain.genesis;
  PAPPUS_CO_TRY_DISCARD(co_await send(connection, ours));
  co_return std::move(handshake);
}

}  // namespace

task<result<handshake_result, disconnect_info>> perform_handshake(io::runtime& runtime, connection& connection,
                                                                  local_node& local) {
  const coro::context here = co_await coro::current_context{};
  io::deadline limit{runtime, here.stop};
  limit.expires_after(limits::handshake_timeout);
  const bool dials = connection.peer().direction == direction::outbound;
  auto exchange = dials ? initiate(runtime, connection, local) : respond(connection, local);
  auto handshake = co_await std::move(exchange).with_stop_token(limit.token());
  if (!handshake && limit.expired()) co_return failure{disconnect_info{disconnect_reason::handshake_timeout, {}}};
  co_return handshake;
}

}  // namespace pappus::peer
