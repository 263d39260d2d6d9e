// Handler of chain messages: looks up requested data through the adapter and submits announced headers and blocks to
// it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/runtime.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/chain_adapter.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/connections/last_valid_times.hpp>
#include <pappus/peer/handlers/statistics.hpp>
#include <pappus/peer/relay/broadcaster.hpp>
#include <pappus/peer/relay/known_items.hpp>
#include <pappus/peer/session/chain_message_handler.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>

namespace pappus::peer {

/// A peer that announces a block has it, as `broadcaster` says. The adapter is not notified of headers from the future.
/// As in Grin, a request for what the adapter does not have gets no response at all, nor does a request for a block
/// whose inputs the peer's version cannot read. A peer with a full send queue gets no responses until it has caught up,
/// and no peer gets more than its quota: its requests wait until more is allowed.
class chain_handler final : public chain_message_handler {
public:
  struct dependencies {
    io::runtime& runtime;
    const session_registry& peers;
    chain_adapter& chain;
    application_inventory& inventory;
    known_items& known;
    last_valid_times& last_valid;
    broadcaster& to;
    node_clock& clock;
  };

  /// All dependencies outlive it.
  explicit chain_handler(const dependencies& deps) noexcept : deps_(deps) {}

  /// Sends to every selected peer that is not known to have it. The adapter is taken to have what it broadcasts.
  broadcast_report broadcast(const wire::header& header, const peer_filter& filter);
  broadcast_report broadcast(const wire::compact_block_ptr& block, const peer_filter& filter);
  broadcast_report broadcast(const wire::block_ptr& block, const peer_filter& filter);

  [[nodiscard]] const chain_statistics& statistics() const noexcept { return counted_; }

  void received(session& session, const wire::messages::header& message) override;
  void received(session& session, const wire::messages::compact_block& message) override;
  void received(session& session, const wire::messages::block& message) override;
  [[nodiscard]] bool is_from_future(const wire::header& header) override { return deps_.clock.is_from_future(header); }

  void requested(session& session, const chain_request& request) override;

private:
  [[nodiscard]] bool note_arrival(session& session, inventory_type type, const wire::header& of,
                                  const wire::hash& full_hash);
  [[nodiscard]] validation_handler when_validated();
  template <class Request>
  void postpone(session& session, const Request& request);
  template <wire::message Message>
  void answer(session& session, const Message& message);
  template <class Answer, class Request, class Give>
  [[nodiscard]] completion<Answer> when_found(const session& session, const Request& request, Give give);
  template <wire::message Answer, wire::message Request>
  void find_segment(session& session, const Request& request);
  void send(session& session, archive opened);

  void find(session& session, const wire::messages::get_headers& request);
  void find(session& session, const wire::messages::get_block& request);
  void find(session& session, const wire::messages::get_compact_block& request);
  void find(session& session, const wire::messages::txhashset_request& request);
  void find(session& session, const wire::messages::get_output_bitmap_segment& request);
  void find(session& session, const wire::messages::get_output_segment& request);
  void find(session& session, const wire::messages::get_range_proof_segment& request);
  void find(session& session, const wire::messages::get_kernel_segment& request);

  dependencies deps_;
  chain_statistics counted_;
};

}  // namespace pappus::peer
