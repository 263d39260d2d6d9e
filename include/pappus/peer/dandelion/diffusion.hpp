// Sends public transactions: to all peers at once, or to each after a random delay (diffusion).
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/relay/broadcaster.hpp>
#include <pappus/peer/relay/known_items.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Diffusion (Bitcoin Core 2015; as modeled in arXiv 1805.11060, section 2): sends to each peer after an exponentially
/// distributed delay, so that the first sender that a peer observes reveals little about the origin. It encodes for
/// each peer. At most `limits::max_delayed_transmissions` wait, and are forgotten when the node stops.
class diffusion {
public:
  /// All arguments outlive it.
  diffusion(io::runtime& runtime, const dandelion_options& options, broadcaster& to, const session_registry& peers,
            const known_items& known, application_inventory& inventory, exception_boundary& exceptions) noexcept
      : runtime_(runtime),
        options_(options),
        broadcaster_(to),
        peers_(peers),
        known_(known),
        inventory_(inventory),
        exceptions_(exceptions) {}
  diffusion(const diffusion&) = delete;
  diffusion& operator=(const diffusion&) = delete;

  /// Sends to every peer that `filter` selects and that does not have the transaction. If `filter` is empty, it also
  /// records that the application has the transaction. With diffusion the report counts a planned transmission as sent;
  /// whether the peer has the transaction by then is checked again when its delay is over.
  broadcast_report send(const wire::transaction_ptr& tx, const peer_filter& filter = {},
                        transaction_form form = transaction_form::announced, announcement_source source = {});

private:
  using transmission_key = std::pair<std::uint64_t, wire::hash>;  // peer id, and first kernel of the transaction

  class transmission final : public io::timer_node {
  public:
    transmission(diffusion& owner, std::uint64_t recipient, wire::transaction_ptr transaction, transaction_form as,
                 announcement_source from) noexcept
        : peer(recipient), tx(std::move(transaction)), form(as), source(from), owner_(owner) {}

    const std::uint64_t peer;
    const wire::transaction_ptr tx;
    const transaction_form form;
    const announcement_source source;

  private:
    void on_timer() noexcept override { owner_.transmit(*this); }

    diffusion& owner_;
  };

  void transmit(transmission& due) noexcept;

  io::runtime& runtime_;
  const dandelion_options& options_;
  broadcaster& broadcaster_;
  const session_registry& peers_;
  const known_items& known_;
  application_inventory& inventory_;
  exception_boundary& exceptions_;
  std::map<transmission_key, transmission> delayed_;
};

}  // namespace pappus::peer
