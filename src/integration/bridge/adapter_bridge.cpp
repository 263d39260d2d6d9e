#include <cstddef>
#include <utility>

#include <pappus/integration/bridge/adapter_bridge.hpp>
#include <pappus/integration/threads/limits.hpp>

namespace pappus::integration {
namespace {

std::span<const wire::hash> only(const wire::hash& id) noexcept { return {&id, 1}; }

adapter_call call_of(adapter_method method, const peer::peer_info* peer, std::size_t bytes = 0) noexcept {
  return peer != nullptr ? adapter_call{method, *peer, bytes} : adapter_call{method};
}

/// Nothing instead of a result that is nothing.
template <class T>
auto flattened(peer::completion<T> done) {
  return [done = std::move(done)](std::optional<std::optional<T>> result) {
    done(result ? *std::move(result) : std::nullopt);
  };
}

peer::tracer contained(peer::tracer trace, peer::exception_boundary& exceptions) {
  if (!trace) return trace;
  return [trace = std::move(trace), &exceptions](const peer::peer_info& peer, const peer::passing_message& message) {
    exceptions.run(peer.id, "trace", [&] { trace(peer, message); });
  };
}

}  // namespace

adapter_bridge::adapter_bridge(io::runtime& runtime, adapter functions, peer::application_inventory& inventory,
                               peer::exception_boundary& exceptions, peer::memory_budget& memory,
                               rejection_handler rejected)
    : runtime_(runtime),
      functions_(std::move(functions)),
      exceptions_(exceptions),
      calls_(
          runtime, [this] { return dispatcher(); }, exceptions, memory),
      private_calls_(
          runtime, [this] { return dispatcher(); }, exceptions, memory),
      validator_(inventory, calls_, std::move(rejected)) {
  functions_.trace = contained(std::move(functions_.trace), exceptions);
}

const std::shared_ptr<loop_dispatcher>& adapter_bridge::dispatcher() {
  if (dispatcher_ == nullptr) dispatcher_ = std::make_shared<loop_dispatcher>(runtime_, limits::max_queued_results);
  return dispatcher_;
}

void adapter_bridge::close() {
  validator_.close();
  calls_.close();
  private_calls_.close();
  if (dispatcher_ != nullptr) dispatcher_->close();
}

mailbox_statistics adapter_bridge::results() const noexcept {
  return dispatcher_ != nullptr ? dispatcher_->statistics() : mailbox_statistics{};
}

// Synchronization

void adapter_bridge::get_locator(peer::completion<std::vector<wire::hash>> done) {
  calls_.call(functions_.get_locator, adapter_call{adapter_method::get_locator}, std::move(done));
}

void adapter_bridge::import_headers(const headers_ptr& batch, peer::completion<import_result> done) {
  calls_.call(functions_.import_headers, adapter_call{adapter_method::import_headers}, std::move(done), batch);
}

void adapter_bridge::get_missing_blocks(const std::optional<wire::hash>& after, std::size_t count,
                                        peer::completion<missing_blocks> done) {
  calls_.call(functions_.get_missing_blocks, adapter_call{adapter_method::get_missing_blocks}, std::move(done), after,
              count);
}

void adapter_bridge::import_block(const wire::block_ptr& block, peer::completion<import_result> done) {
  calls_.call(functions_.import_block, adapter_call{adapter_method::import_block}, std::move(done), block);
}

void adapter_bridge::continue_state(const wire::hash& block, std::size_t count, peer::completion<state_progress> done) {
  calls_.call(functions_.continue_state, adapter_call{adapter_method::continue_state},
              flattened<state_progress>(std::move(done)), block, count);
}

void adapter_bridge::import_segment(const any_segment& segment, peer::completion<import_result> done) {
  calls_.call(functions_.import_segment, adapter_call{adapter_method::import_segment}, std::move(done), segment);
}

void adapter_bridge::finish_state(const wire::hash& block, peer::completion<import_result> done) {
  calls_.call(functions_.finish_state, adapter_call{adapter_method::finish_state}, std::move(done), block);
}

void adapter_bridge::import_archive(const state_archive& archive, peer::completion<import_result> done) {
  calls_.call(functions_.import_archive, adapter_call{adapter_method::import_archive}, std::move(done), archive);
}

void adapter_bridge::sync_progressed(const sync_status& now) noexcept {
  if (functions_.sync_progressed) exceptions_.run(0, "sync_progressed", [&] { functions_.sync_progressed(now); });
}

// peer::chain_adapter

void adapter_bridge::header_received(const wire::header& header, const wire::hash& full_hash,
                                     const peer::peer_info& peer, peer::validation_handler done) {
  validator_.submit(functions_.header_received, adapter_method::header_received,
                    received_item{peer::inventory_type::header, only(full_hash), header.size(), false}, peer, done,
                    header, peer);
}

void adapter_bridge::compact_block_received(const wire::compact_block_ptr& block, const wire::hash& full_hash,
                                            const peer::peer_info& peer, peer::validation_handler done) {
  validator_.submit(
      functions_.compact_block_received, adapter_method::compact_block_received,
      received_item{peer::inventory_type::compact_block, only(full_hash), block->raw_bytes().size(), false}, peer, done,
      block, peer);
}

void adapter_bridge::block_received(const wire::block_ptr& block, const wire::hash& full_hash,
                                    const peer::peer_info& peer, peer::validation_handler done) {
  validator_.submit(functions_.block_received, adapter_method::block_received,
                    received_item{peer::inventory_type::block, only(full_hash), block->raw_bytes().size(), false}, peer,
                    done, block, peer);
}

void adapter_bridge::locate_headers(std::span<const wire::hash> locator, const peer::peer_info& peer,
                                    peer::completion<std::vector<wire::header>> done) {
  calls_.call(functions_.locate_headers, {adapter_method::locate_headers, peer}, std::move(done), locator);
}

void adapter_bridge::get_block(const wire::hash& id, const peer::peer_info& peer,
                               peer::completion<wire::block_ptr> done) {
  calls_.call(functions_.get_block, {adapter_method::get_block, peer}, std::move(done), id);
}

void adapter_bridge::get_compact_block(const wire::hash& id, const peer::peer_info& peer,
                                       peer::completion<wire::compact_block_ptr> done) {
  calls_.call(functions_.get_compact_block, {adapter_method::get_compact_block, peer}, std::move(done), id);
}

template <class Request, class Response>
void adapter_bridge::find_segment(adapter_method method, const adapter::get_segment<Request, Response>& handler,
                                  const Request& request, const peer::peer_info& peer,
                                  peer::completion<Response> done) {
  calls_.call(handler, {method, peer}, flattened<Response>(std::move(done)), request);
}

void adapter_bridge::get_segment(const wire::messages::get_output_bitmap_segment& request, const peer::peer_info& peer,
                                 peer::completion<wire::messages::output_bitmap_segment> done) {
  find_segment<wire::messages::get_output_bitmap_segment, wire::messages::output_bitmap_segment>(
      adapter_method::get_output_bitmap_segment, functions_.get_output_bitmap_segment, request, peer, std::move(done));
}

void adapter_bridge::get_segment(const wire::messages::get_output_segment& request, const peer::peer_info& peer,
                                 peer::completion<wire::messages::output_segment> done) {
  find_segment<wire::messages::get_output_segment, wire::messages::output_segment>(
      adapter_method::get_output_segment, functions_.get_output_segment, request, peer, std::move(done));
}

void adapter_bridge::get_segment(const wire::messages::get_range_proof_segment& request, const peer::peer_info& peer,
                                 peer::completion<wire::messages::range_proof_segment> done) {
  find_segment<wire::messages::get_range_proof_segment, wire::messages::range_proof_segment>(
      adapter_method::get_range_proof_segment, functions_.get_range_proof_segment, request, peer, std::move(done));
}

void adapter_bridge::get_segment(const wire::messages::get_kernel_segment& request, const peer::peer_info& peer,
                                 peer::completion<wire::messages::kernel_segment> done) {
  find_segment<wire::messages::get_kernel_segment, wire::messages::kernel_segment>(
      adapter_method::get_kernel_segment, functions_.get_kernel_segment, request, peer, std::move(done));
}

void adapter_bridge::txhashset_read(const wire::messages::txhashset_request& request, const peer::peer_info& peer,
                                    peer::completion<peer::archive> done) {
  calls_.call(functions_.txhashset_read, {adapter_method::txhashset_read, peer},
              flattened<peer::archive>(std::move(done)), request);
}

// peer::pool_adapter

void adapter_bridge::transaction_received(const wire::transaction_ptr& tx, const peer::peer_info& peer, bool requested,
                                          peer::validation_handler done) {
  validator_.submit(
      functions_.transaction_received, adapter_method::transaction_received,
      received_item{peer::inventory_type::transaction, tx->kernel_hashes(), tx->raw_bytes().size(), requested}, peer,
      done, tx, peer::phase::fluff, peer);
}

void adapter_bridge::stem_transaction_received(const wire::transaction_ptr& tx, const peer::peer_info& peer,
                                               peer::validation_handler done) {
  const adapter_call about{adapter_method::transaction_received, peer, tx->raw_bytes().size()};
  const auto validated = [this, peer, done = std::move(done)](const std::optional<peer::validation_result>& result) {
    if (result && result->rejects()) validator_.report_rejected(peer, *result);
    done(peer, result);
  };
  calls_.call(functions_.transaction_received, about, validated, tx, peer::phase::stem, peer);
}

void adapter_bridge::get_transaction(const wire::hash& kernel, const peer::peer_info* peer,
                                     peer::completion<wire::transaction_ptr> done) {
  calls_of(peer).call(functions_.get_transaction, call_of(adapter_method::get_transaction, peer), std::move(done),
                      kernel);
}

void adapter_bridge::validate_tx(const wire::transaction_ptr& tx, peer::phase before, const peer::peer_info* peer,
                                 io::duration timeout, peer::completion<bool> done) {
  if (!functions_.validate_tx) return done(true);
  adapter_call about = call_of(adapter_method::validate_tx, peer, tx->raw_bytes().size());
  about.timeout = timeout;
  calls_of(peer).call(functions_.validate_tx, about, std::move(done), tx, before);
}

void adapter_bridge::aggregate_transactions(const std::vector<wire::transaction_ptr>& held,
                                            peer::completion<std::vector<wire::transaction_ptr>> done) {
  if (!functions_.aggregate_transactions) return done(std::vector<wire::transaction_ptr>{});
  private_calls_.call(functions_.aggregate_transactions, adapter_call{adapter_method::aggregate_transactions},
                      std::move(done), held);
}

/// After an exception the features count as not known.
std::optional<wire::output_features> adapter_bridge::get_output_features(const wire::commitment& spent) {
  std::optional<wire::output_features> known;
  if (functions_.get_output_features) {
    exceptions_.run(0, "get_output_features", [&] { known = functions_.get_output_features(spent); });
  }
  return known;
}

// peer::node_events

void adapter_bridge::listening(io::endpoint at) noexcept {
  if (functions_.listening) exceptions_.run(0, "listening", [&] { functions_.listening(at); });
}

void adapter_bridge::peer_connected(const peer::peer_info& peer) noexcept {
  if (functions_.peer_connected) exceptions_.run(peer.id, "peer_connected", [&] { functions_.peer_connected(peer); });
}

void adapter_bridge::peer_disconnected(const peer::peer_info& peer, const peer::disconnect_info& reason) noexcept {
  if (!functions_.peer_disconnected) return;
  exceptions_.run(peer.id, "peer_disconnected", [&] { functions_.peer_disconnected(peer, reason); });
}

void adapter_bridge::banned(const peer::ban& made) noexcept {
  if (functions_.banned) exceptions_.run(0, "banned", [&] { functions_.banned(made); });
}

void adapter_bridge::unbanned(const peer::ban& lifted) noexcept {
  if (functions_.unbanned) exceptions_.run(0, "unbanned", [&] { functions_.unbanned(lifted); });
}

void adapter_bridge::transaction_stemmed(const wire::transaction_ptr& tx, const peer::peer_info& peer) noexcept {
  if (functions_.transaction_stemmed) {
    exceptions_.run(0, "transaction_stemmed", [&] { functions_.transaction_stemmed(tx, peer); });
  }
}

void adapter_bridge::transaction_fluffed(const wire::transaction_ptr& tx, peer::fluff_reason reason,
                                         const peer::broadcast_report& report) noexcept {
  if (!functions_.transaction_fluffed) return;
  exceptions_.run(0, "transaction_fluffed", [&] { functions_.transaction_fluffed(tx, reason, report); });
}

}  // namespace pappus::integration
