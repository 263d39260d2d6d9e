#include <array>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

#include <pappus/io/timeout.hpp>
#include <pappus/peer/adapter/known_features.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/private_broadcast/delivery.hpp>
#include <pappus/peer/private_broadcast/limits.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/frame_assembler.hpp>
#include <pappus/wire/messages/ping.hpp>
#include <pappus/wire/messages/transaction.hpp>

namespace pappus::peer {
namespace {

using wire::messages::hand;
using wire::messages::ping;
using wire::messages::pong;
using wire::messages::shake;

/// The rules of a session, but that the bodies of all messages except Shake and Pong are skipped.
wire::frame_rules reply_rules(const wire::chain_parameters& chain) {
  wire::frame_rules rules = session_messages::rules(chain);
  rules.known = {};
  rules.known[shake::code] = rules.known[pong::code] = true;
  return rules;
}

std::error_code bad_reply() noexcept { return std::make_error_code(std::errc::protocol_error); }

/// Reads messages, as many as a peer may send on such a connection.
class replies {
public:
  replies(io::stream& from, const wire::chain_parameters& chain)
      : from_(from), rules_(reply_rules(chain)), frames_(rules_) {}

  /// The next message, valid until the next call.
  task<result<wire::frame>> next() {
    for (;;) {
      const auto found = frames_.next();
      if (!found) co_return failure{bad_reply()};
      if (*found) {
        if (++count_ > limits::max_private_reply_frames) co_return failure{bad_reply()};
        co_return **found;
      }
      frames_.detach();
      PAPPUS_CO_TRY(got, co_await from_.read_some(piece_));
      if ((bytes_ += got) > limits::max_private_reply_bytes) co_return failure{bad_reply()};
      frames_.feed(wire::bytes_view{piece_}.first(got));
    }
  }

private:
  io::stream& from_;
  wire::frame_rules rules_;
  wire::frame_assembler frames_;
  std::array<std::byte, 4096> piece_{};
  std::size_t bytes_ = 0;
  std::size_t count_ = 0;
};

/// The whole frame of a message; fails if it has no form at that version.
template <wire::message Message>
result<wire::bytes> frame_of(const Message& said, const wire::chain_parameters& chain, wire::protocol_version version) {
  auto encoded = session_messages::encode(said, chain, version);
  if (!encoded) return failure{bad_reply()};
  return *std::move(encoded);
}

/// Returns the version for the rest.
task<result<wire::protocol_version>> greet(io::stream& over, replies& from, const hand& ours,
                                           const wire::chain_parameters& chain) {
  PAPPUS_CO_TRY(introduction, frame_of(ours, chain, ours.version));
  PAPPUS_CO_TRY_DISCARD(co_await over.write_all(introduction));
  PAPPUS_CO_TRY(answer, co_await from.next());
  if (answer.header.code != shake::code) co_return failure{bad_reply()};
  const wire::codec_context spoken{ours.version, chain.limits};
  const auto theirs = wire::decode<shake>(answer.body, spoken);
  if (!theirs || theirs->version.number == 0 || theirs->genesis != chain.genesis) co_return failure{bad_reply()};
  co_return wire::negotiated_version(ours.version, theirs->version);
}

/// Sets `reached` before anything of the transaction is sent.
task<result<void>> converse(io::stream& over, const hand& ours, const wire::transaction_ptr& tx,
                            const wire::chain_parameters& chain, pool_adapter& pool, delivery& reached) {
  replies from{over, chain};
  PAPPUS_CO_TRY(version, co_await greet(over, from, ours, chain));
  const wire::messages::transaction whole{with_known_features(tx, version, pool, chain.limits)};
  PAPPUS_CO_TRY(said, frame_of(whole, chain, version));
  ping question;
  question.total_difficulty = ours.total_difficulty;
  PAPPUS_CO_TRY(asked, frame_of(question, chain, version));
  reached = delivery::told;
  PAPPUS_CO_TRY_DISCARD(co_await over.write_all(said, asked));
  for (;;) {
    PAPPUS_CO_TRY(reply, co_await from.next());
    if (reply.header.code != pong::code) continue;
    const wire::codec_context spoken{version, chain.limits};
    if (!wire::decode<pong>(reply.body, spoken)) co_return failure{bad_reply()};
    reached = delivery::confirmed;
    co_return result<void>{};
  }
}

}  // namespace

hand anonymous_hand(const private_broadcast_options& options, const wire::chain_parameters& chain,
                    const io::endpoint& receiver, std::uint64_t nonce) {
  hand ours;
  ours.version = wire::latest_version;
  ours.capabilities = options.capabilities;
  ours.nonce = nonce;
  ours.total_difficulty = chain.genesis_difficulty;
  ours.sender = to_wire({{}, chain.default_port});
  ours.receiver = to_wire({receiver.address.is_named() ? ip_address{} : receiver.address, receiver.port});
  ours.user_agent = options.user_agent;
  ours.genesis = chain.genesis;
  return ours;
}

task<delivery> deliver(io::runtime& runtime, io::stream& over, hand introduction, wire::transaction_ptr tx,
                       const wire::chain_parameters& chain, pool_adapter& pool) {
  delivery reached = delivery::refused;
  static_cast<void>(co_await io::with_timeout(runtime, limits::private_connection_timeout,
                                              converse(over, introduction, tx, chain, pool, reached)));
  co_return reached;
}

}  // namespace pappus::peer
