// Connects the application's functions to the peer level: turns what the peer level tells and asks into adapter calls,
// and their results back.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/integration/bridge/adapter_calls.hpp>
#include <pappus/integration/bridge/validator.hpp>
#include <pappus/integration/threads/loop_dispatcher.hpp>
#include <pappus/integration/threads/mailbox.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/chain_adapter.hpp>
#include <pappus/peer/adapter/node_events.hpp>
#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/peer/adapter/statistics.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/session/exception_boundary.hpp>

namespace pappus::integration {

/// A function of the application that is missing gives no result: what it would validate is ignored, except that
/// `validate_tx` finds all valid and `aggregate_transactions` aggregates none.
class adapter_bridge final : public peer::chain_adapter, public peer::pool_adapter, public peer::node_events {
public:
  /// To be called with a peer whose data the application has rejected, before any further copy of them is submitted.
  using rejection_handler = validator::rejection_handler;

  /// All references outlive it. `functions.log` is not called here: `peer::logger` is made of it.
  adapter_bridge(io::runtime& runtime, adapter functions, peer::application_inventory& inventory,
                 peer::exception_boundary& exceptions, peer::memory_budget& memory, rejection_handler rejected);

  // Events that the node itself gives.

  void listening(io::endpoint at) noexcept;
  /// Null if the application does not trace. It does not throw.
  [[nodiscard]] const peer::tracer& tracer() const noexcept { return functions_.trace; }

  /// To be called when the node stops: forgets the pending calls.
  void close();

  /// All calls but those that depend on private transactions; and these.
  [[nodiscard]] peer::adapter_call_statistics calls() const noexcept { return calls_.statistics(); }
  [[nodiscard]] peer::adapter_call_statistics own_calls() const noexcept { return private_calls_.statistics(); }
  [[nodiscard]] const peer::validation_statistics& validations() const noexcept { return validator_.statistics(); }
  /// Queue of results from other threads.
  [[nodiscard]] mailbox_statistics results() const noexcept;

  // Synchronization. The results are those of the functions of `adapter` with these names; nothing if the application
  // has failed.
  [[nodiscard]] bool can_synchronize() const noexcept { return integration::can_synchronize(functions_); }
  void get_locator(peer::completion<std::vector<wire::hash>> done);
  void import_headers(const headers_ptr& batch, peer::completion<import_result> done);
  void get_missing_blocks(const std::optional<wire::hash>& after, std::size_t count,
                          peer::completion<missing_blocks> done);
  void import_block(const wire::block_ptr& block, peer::completion<import_result> done);
  [[nodiscard]] bool can_import_segments() const noexcept { return integration::can_import_segments(functions_); }
  [[nodiscard]] bool can_import_archives() const noexcept { return static_cast<bool>(functions_.import_archive); }
  void continue_state(const wire::hash& block, std::size_t count, peer::completion<state_progress> done);
  void import_segment(const any_segment& segment, peer::completion<import_result> done);
  void finish_state(const wire::hash& block, peer::completion<import_result> done);
  void import_archive(const state_archive& archive, peer::completion<import_result> done);
  void sync_progressed(const sync_status& now) noexcept;

  // peer::chain_adapter
  void header_received(const wire::header& header, const wire::hash& full_hash, const peer::peer_info& peer,
                       peer::validation_handler done) override;
  void compact_block_received(const wire::compact_block_ptr& block, const wire::hash& full_hash,
                              const peer::peer_info& peer, peer::validation_handler done) override;
  void block_received(const wire::block_ptr& block, const wire::hash& full_hash, const peer::peer_info& peer,
                      peer::validation_handler done) override;
  void locate_headers(std::span<const wire::hash> locator, const peer::peer_info& peer,
                      peer::completion<std::vector<wire::header>> done) override;
  void get_block(const wire::hash& id, const peer::peer_info& peer, peer::completion<wire::block_ptr> done) override;
  void get_compact_block(const wire::hash& id, const peer::peer_info& peer,
                         peer::completion<wire::compact_block_ptr> done) override;
  void get_segment(const wire::messages::get_output_bitmap_segment& request, const peer::peer_info& peer,
                   peer::completion<wire::messages::output_bitmap_segment> done) override;
  void get_segment(const wire::messages::get_output_segment& request, const peer::peer_info& peer,
                   peer::completion<wire::messages::output_segment> done) override;
  void get_segment(const wire::messages::get_range_proof_segment& request, const peer::peer_info& peer,
                   peer::completion<wire::messages::range_proof_segment> done) override;
  void get_segment(const wire::messages::get_kernel_segment& request, const peer::peer_info& peer,
                   peer::completion<wire::messages::kernel_segment> done) override;
  void txhashset_read(const wire::messages::txhashset_request& request, const peer::peer_info& peer,
                      peer::completion<peer::archive> done) override;

  // peer::pool_adapter
  void transaction_received(const wire::transaction_ptr& tx, const peer::peer_info& peer, bool requested,
                            peer::validation_handler done) override;
  void stem_transaction_received(const wire::transaction_ptr& tx, const peer::peer_info& peer,
                                 peer::validation_handler done) override;
  void get_transaction(const wire::hash& kernel, const peer::peer_info* peer,
                       peer::completion<wire::transaction_ptr> done) override;
  void validate_tx(const wire::transaction_ptr& tx, peer::phase before, const peer::peer_info* peer,
                   io::duration timeout, peer::completion<bool> done) override;
  void aggregate_transactions(const std::vector<wire::transaction_ptr>& held,
                              peer::completion<std::vector<wire::transaction_ptr>> done) override;
  [[nodiscard]] std::optional<wire::output_features> get_output_features(const wire::commitment& spent) override;

  // peer::node_events
  void peer_connected(const peer::peer_info& peer) noexcept override;
  void peer_disconnected(const peer::peer_info& peer, const peer::disconnect_info& reason) noexcept override;
  void banned(const peer::ban& made) noexcept override;
  void unbanned(const peer::ban& lifted) noexcept override;
  void transaction_stemmed(const wire::transaction_ptr& tx, const peer::peer_info& peer) noexcept override;
  void transaction_fluffed(const wire::transaction_ptr& tx, peer::fluff_reason reason,
                           const peer::broadcast_report& report) noexcept override;

private:
  template <class Request, class Response>
  void find_segment(adapter_method method, const adapter::get_segment<Request, Response>& handler,
                    const Request& request, const peer::peer_info& peer, peer::completion<Response> done);
  /// The calls of that peer, or of the node itself if it is null.
  [[nodiscard]] adapter_calls& calls_of(const peer::peer_info* peer) noexcept {
    return peer != nullptr ? calls_ : private_calls_;
  }
  [[nodiscard]] const std::shared_ptr<loop_dispatcher>& dispatcher();

  io::runtime& runtime_;
  adapter functions_;
  peer::exception_boundary& exceptions_;
  std::shared_ptr<loop_dispatcher> dispatcher_;  // of results from other threads; made when it is first needed
  adapter_calls calls_;
  adapter_calls private_calls_;
  validator validator_;
};

}  // namespace pappus::integration
