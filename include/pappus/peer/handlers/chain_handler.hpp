// Handler of chain messages: looks up requested data through the adapter and submits announced headers and blocks to
// it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/runtime.hpp>
#include <pappus/peer/adapter/adapter.hpp>
#include <pappus/peer/bridge/adapter_calls.hpp>
#include <pappus/peer/bridge/validator.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/handlers/statistics.hpp>
#include <pappus/peer/relay/broadcast.hpp>
#include <pappus/peer/session/chain_listener.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>

namespace pappus::peer {

/// A peer that announces a block has it, as `broadcaster` says. The adapter is not notified of headers from the future.
/// As in Grin, a request for what the adapter does not have gets no response at all, nor does a request for a block
/// whose inputs the peer's version cannot read. A peer with a full send queue gets no responses until it has caught up,
/// and no peer gets more than its quota: its requests wait until more is allowed.
class chain_service final : public chain_listener {
public:
  struct dependencies {
    io::runtime& on;
    const session_registry& peers;
    adapter_calls& asked;
    validator& told;
    broadcaster& to;
    node_clock& clock;
    const adapter& above;
  };

  /// All dependencies outlive it.
  explicit chain_service(const dependencies& around) noexcept : deps_(around) {}

  /// Sends to every selected peer that is not known to have it. The adapter is taken to have what it broadcasts.
  broadcast_report broadcast(const wire::header& header, const peer_filter& to);
  broadcast_report broadcast(const wire::compact_block_ptr& block, const peer_filter& to);
  broadcast_report broadcast(const wire::block_ptr& block, const peer_filter& to);

  [[nodiscard]] const chain_statistics& statistics() const noexcept { return counted_; }

  void received(session& from, const wire::messages::header& said) override;
  void received(session& from, const wire::messages::compact_block& said) override;
  void received(session& from, const wire::messages::block& said) override;
  [[nodiscard]] bool is_early(const wire::header& said) override { return deps_.clock.is_early(said); }

  void requested(session& by, const wire::messages::get_headers& asked) override;
  void requested(session& by, const wire::messages::get_block& asked) override;
  void requested(session& by, const wire::messages::get_compact_block& asked) override;
  void requested(session& by, const wire::messages::txhashset_request& asked) override;
  void requested(session& by, const wire::messages::get_output_bitmap_segment& asked) override;
  void requested(session& by, const wire::messages::get_output_segment& asked) override;
  void requested(session& by, const wire::messages::get_range_proof_segment& asked) override;
  void requested(session& by, const wire::messages::get_kernel_segment& asked) override;

private:
  template <class Question, class News>
  void submit(session& from, const Question& question, inventory_type kind, const wire::header& of, const News& said,
              std::size_t bytes);
  template <class Question>
  void admit(session& by, const Question& asked);
  template <class Question>
  void postpone(session& by, const Question& asked);
  template <wire::message Message>
  void answer(session& by, const Message& message);
  template <class Answer, class... Args, class Question, class Give, class... Asked>
  void look_up(session& by, const request_handler<Answer(Args...)>& question, adapter_method kind,
               const Question& whole, Give give, const Asked&... asked);
  template <class Find, wire::message Question>
  void find_segment(session& by, const Find& among, const Question& asked);
  void send(session& by, archive opened);

  void find(session& by, const wire::messages::get_headers& asked);
  void find(session& by, const wire::messages::get_block& asked);
  void find(session& by, const wire::messages::get_compact_block& asked);
  void find(session& by, const wire::messages::txhashset_request& asked);
  void find(session& by, const wire::messages::get_output_bitmap_segment& asked);
  void find(session& by, const wire::messages::get_output_segment& asked);
  void find(session& by, const wire::messages::get_range_proof_segment& asked);
  void find(session& by, const wire::messages::get_kernel_segment& asked);

  dependencies deps_;
  chain_statistics counted_;
};

}  // namespace pappus::peer
