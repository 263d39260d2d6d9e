// What the node can tell peers of a chain: whatever it was given to keep.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <pappus/peer/host.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace mini_node {

/// Grows only by what its operator puts in. It judges nothing, and takes what it is given for the main chain.
class memory_chain {
public:
  /// The loop, for files of archives, outlives it.
  memory_chain(pappus::uv::loop& on, const pappus::wire::hash& genesis) : on_(on) { heights_[genesis] = 0; }

  void keep(const pappus::wire::messages::header& given) { keep_header(given.value); }
  void keep(const pappus::wire::messages::headers& given) {
    for (const auto& each : given.values) keep_header(each);
  }
  void keep(const pappus::wire::messages::block& given) { blocks_[given.value->id()] = given.value; }
  void keep(const pappus::wire::messages::compact_block& given) { compact_blocks_[given.value->id()] = given.value; }
  template <pappus::wire::messages::mountain_range Of, class Segment>
  void keep(const pappus::wire::messages::segment_with_root<Of, Segment>& given) {
    keep_segment(given);
  }
  template <pappus::wire::messages::mountain_range Of, class Segment>
  void keep(const pappus::wire::messages::segment_alone<Of, Segment>& given) {
    keep_segment(given);
  }

  /// A file with the state at a block; instead of any it had before.
  void keep_archive(std::string path, const pappus::wire::messages::txhashset_request& at);

  /// Lets peers ask for all of it.
  void answer_for(pappus::peer::host& host);

private:
  using hash = pappus::wire::hash;

  template <class Answer>
  using segments = std::map<std::tuple<hash, std::uint8_t, std::uint64_t>, Answer>;

  struct packed_state {
    std::string path;
    pappus::wire::messages::txhashset_request at;
  };

  void keep_header(const pappus::wire::header& given) {
    headers_[given.height()] = given;
    heights_[given.id()] = given.height();
  }
  template <class Answer>
  void keep_segment(const Answer& given) {
    const auto id = given.segment.id();
    std::get<segments<Answer>>(segments_)[{given.block, id.height, id.index}] = given;
  }
  template <class Answer, class Question>
  [[nodiscard]] std::optional<Answer> find_segment(const Question& asked) const {
    const auto& kept = std::get<segments<Answer>>(segments_);
    const auto found = kept.find({asked.block, asked.id.height, asked.id.index});
    return found == kept.end() ? std::nullopt : std::optional{found->second};
  }
  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const hash> locator) const;
  [[nodiscard]] std::optional<pappus::peer::archive> open_archive() const;

  pappus::uv::loop& on_;
  std::map<std::uint64_t, pappus::wire::header> headers_;  // by height
  std::map<hash, std::uint64_t> heights_;
  std::map<hash, pappus::wire::block_ptr> blocks_;
  std::map<hash, pappus::wire::compact_block_ptr> compact_blocks_;
  std::tuple<segments<pappus::wire::messages::output_bitmap_segment>, segments<pappus::wire::messages::output_segment>,
             segments<pappus::wire::messages::range_proof_segment>, segments<pappus::wire::messages::kernel_segment>>
      segments_;
  std::optional<packed_state> archive_;
};

}  // namespace mini_node
