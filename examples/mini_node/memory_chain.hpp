// Chain data that the node serves to peers: data that the operator has added, and blocks from peers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "archive_shelf.hpp"
#include "block_store.hpp"

namespace mini_node {

/// Verifies nothing. Data from the operator is taken for the main chain.
class memory_chain : public block_store {
public:
  /// The loop must outlive this object; it is used for archive files. On mainnet and testnet only the operator's
  /// headers can become the main chain. `file` may be null. Throws `chain_file::error`.
  memory_chain(pappus::uv::loop& on, const pappus::wire::chain_parameters& network, const limits& most,
               std::unique_ptr<chain_file> file);

  using block_store::keep;
  void keep(const pappus::wire::messages::header& given) { keep(given.value); }
  void keep(const pappus::wire::messages::headers& given) {
    for (const auto& each : given.values) keep(each);
  }
  void keep(const pappus::wire::messages::block& given) { keep(given.value); }
  void keep(const pappus::wire::messages::compact_block& given) { keep(given.value); }
  template <pappus::wire::messages::segment_type Of, class Segment>
  void keep(const pappus::wire::messages::segment_with_root<Of, Segment>& given) {
    keep_segment(given);
  }
  template <pappus::wire::messages::segment_type Of, class Segment>
  void keep(const pappus::wire::messages::segment_alone<Of, Segment>& given) {
    keep_segment(given);
  }

  [[nodiscard]] archive_shelf& archives() noexcept { return archives_; }

  /// Sets the functions of `adapter` that serve this data.
  void answer_for(pappus::integration::adapter& host);

  /// Capabilities for the data that is available now and for what the node does itself: headers if they begin at the
  /// first block. Segments, whose state may be incomplete, and blocks, of which old ones are dropped, are served on
  /// request but not advertised.
  [[nodiscard]] pappus::wire::capabilities capabilities() const;

private:
  using hash = pappus::wire::hash;

  template <class Answer>
  using segments = std::map<std::tuple<hash, std::uint8_t, std::uint64_t>, Answer>;

  template <class Answer>
  void keep_segment(const Answer& given) {
    const auto id = given.segment.id();
    std::get<segments<Answer>>(segments_)[{given.block, id.height, id.index}] = given;
  }
  template <class Answer, class Request>
  [[nodiscard]] std::optional<Answer> find_segment(const Request& asked) const {
    const auto& kept = std::get<segments<Answer>>(segments_);
    const auto found = kept.find({asked.block, asked.id.height, asked.id.index});
    return found == kept.end() ? std::nullopt : std::optional{found->second};
  }
  [[nodiscard]] pappus::wire::compact_block_ptr compact_block_of(const hash& id) const;

  pappus::wire::chain_limits limits_;
  std::uint64_t nonce_;  // nonce of the compact blocks built here
  std::tuple<segments<pappus::wire::messages::output_bitmap_segment>, segments<pappus::wire::messages::output_segment>,
             segments<pappus::wire::messages::range_proof_segment>, segments<pappus::wire::messages::kernel_segment>>
      segments_;
  archive_shelf archives_;
};

}  // namespace mini_node
