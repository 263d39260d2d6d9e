// What peers want to know of the chain, asked of the host, and what they say of it, passed on to the host.
#pragma once

#include <cstdint>

#include <pappus/peer/host.hpp>
#include <pappus/peer/session/chain_listener.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

struct chain_statistics {
  std::uint64_t asked = 0;     // questions of peers
  std::uint64_t answered = 0;  // of those
  std::uint64_t received = 0;  // headers, compact blocks and blocks that came unasked
};

/// Whoever tells of a block has it, as `broadcaster` says. As in Grin, what the host does not have is not answered at
/// all, nor is a block whose inputs a peer's version cannot read. A peer that takes slowly gets no answers until it has
/// caught up.
class chain_service final : public chain_listener {
public:
  explicit chain_service(const host& above) noexcept : host_(above) {}

  [[nodiscard]] const chain_statistics& statistics() const noexcept { return counted_; }

  void received(session& from, const wire::messages::header& said) override;
  void received(session& from, const wire::messages::compact_block& said) override;
  void received(session& from, const wire::messages::block& said) override;

  void requested(session& by, const wire::messages::get_headers& asked) override;
  void requested(session& by, const wire::messages::get_block& asked) override;
  void requested(session& by, const wire::messages::get_compact_block& asked) override;
  void requested(session& by, const wire::messages::txhashset_request& asked) override;
  void requested(session& by, const wire::messages::get_output_bitmap_segment& asked) override;
  void requested(session& by, const wire::messages::get_output_segment& asked) override;
  void requested(session& by, const wire::messages::get_range_proof_segment& asked) override;
  void requested(session& by, const wire::messages::get_kernel_segment& asked) override;

private:
  [[nodiscard]] bool may_answer(const session& by) noexcept;
  template <wire::message Message>
  void answer(session& by, const Message& message);
  template <class Find, wire::message Question>
  void find_segment(session& by, const Find& find, const Question& asked);

  const host& host_;
  chain_statistics counted_;
};

}  // namespace pappus::peer
