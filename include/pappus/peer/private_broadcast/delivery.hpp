// Delivery of one transaction to one peer, over a connection of its own that tells nothing of this node.
#pragma once

#include <cstdint>

#include <pappus/coro/task.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/peer/private_broadcast/options.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/messages/handshake.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// How far a delivery has come.
enum class delivery : std::uint8_t {
  refused,    // nothing of the transaction was sent: no valid handshake, or no form for the peer's version
  told,       // the peer may have the transaction
  confirmed,  // it has answered the ping behind the transaction, and so has read it
};

/// A Hand that is the same from every node with these options, but for its nonce: of the latest version, from 0.0.0.0
/// and the default port, with the work of the first block. The nonce is no other connection's, and not registered: a
/// node that recognized it would reveal itself to the peer, which could pass it on.
[[nodiscard]] wire::messages::hand anonymous_hand(const private_broadcast_options& options,
                                                  const wire::chain_parameters& chain, const io::endpoint& receiver,
                                                  std::uint64_t nonce);

/// Sends Hand, after a valid Shake the transaction and a ping, and waits for the pong; everything else that comes is
/// skipped. Completes with that, with the first error of the peer or the stream, with a stop, after
/// `limits::private_connection_timeout`, or when the peer has sent more than `limits::max_private_reply_frames` or
/// `limits::max_private_reply_bytes`. The adapter is called for the features of spent outputs if the version of the
/// peer needs them. All references outlive the task.
[[nodiscard]] task<delivery> deliver(io::runtime& runtime, io::stream& over, wire::messages::hand introduction,
                                     wire::transaction_ptr tx, const wire::chain_parameters& chain, pool_adapter& pool);

}  // namespace pappus::peer
