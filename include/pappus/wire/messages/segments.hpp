// Messages of PIBD: a request and a response for segments of each of the chain's four MMRs. A peer that does not have a
// segment does not respond.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <pappus/wire/bitmap_segment.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/segment.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

/// The four MMRs, in the order of their message codes.
enum class segment_type : std::uint8_t { output_bitmap, output, range_proof, kernel };

/// Requests a segment of an MMR at a block.
template <segment_type Of>
struct get_segment {
  static constexpr std::uint8_t code = 21 + 2 * static_cast<std::uint8_t>(Of);
  static constexpr const char* name =
      std::array{"get_output_bitmap_segment", "get_output_segment", "get_range_proof_segment",
                 "get_kernel_segment"}[static_cast<std::size_t>(Of)];
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_segment_request_body; }

  hash block;             // at which the state is requested
  segment_identifier id;  // of the segment

  [[nodiscard]] static get_segment read(reader& in) noexcept {
    const auto block = in.fixed<hash>("block");
    return {block, segment_identifier::read(in)};
  }
  void write(writer& out) const {
    out.fixed(block);
    id.write(out);
  }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return hash::size + segment_identifier::size; }

  friend bool operator==(const get_segment&, const get_segment&) = default;
};

/// The requests.
using get_output_bitmap_segment = get_segment<segment_type::output_bitmap>;
using get_output_segment = get_segment<segment_type::output>;
using get_range_proof_segment = get_segment<segment_type::range_proof>;
using get_kernel_segment = get_segment<segment_type::kernel>;

/// Responses that include the root of another MMR: the output MMR and the bitmap MMR prove each other.
template <segment_type Of, class Segment>
struct segment_with_root {
  static constexpr std::uint8_t code = 22 + 2 * static_cast<std::uint8_t>(Of);
  static constexpr const char* name = Of == segment_type::output ? "output_segment" : "output_bitmap_segment";
  static constexpr std::size_t cap(chain_limits net) noexcept { return 2 * net.block_body(); }

  hash block;       // at which the state is
  Segment segment;  // never empty in a message that was read or is to be written
  hash other_root;  // of the bitmap MMR in an output segment, of the output MMR in a bitmap segment

  [[nodiscard]] static segment_with_root read(reader& in) {
    const auto block = in.fixed<hash>("block");
    in.part("segment");
    Segment segment = Segment::read(in);
    in.part("");
    return {block, std::move(segment), in.fixed<hash>("other_root")};
  }
  void write(writer& out) const {
    out.fixed(block);
    segment.write(out);
    out.fixed(other_root);
  }
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept {
    return 2 * hash::size + segment.size(version);
  }
};

/// The responses with another root.
using output_bitmap_segment = segment_with_root<segment_type::output_bitmap, wire::bitmap_segment>;
using output_segment = segment_with_root<segment_type::output, wire::output_segment>;

/// Responses without another root.
template <segment_type Of, class Segment>
struct segment_alone {
  static constexpr std::uint8_t code = 22 + 2 * static_cast<std::uint8_t>(Of);
  static constexpr const char* name = Of == segment_type::kernel ? "kernel_segment" : "range_proof_segment";
  static constexpr std::size_t cap(chain_limits net) noexcept { return 2 * net.block_body(); }

  hash block;       // at which the state is
  Segment segment;  // never empty in a message that was read or is to be written

  [[nodiscard]] static segment_alone read(reader& in) {
    const auto block = in.fixed<hash>("block");
    in.part("segment");
    Segment segment = Segment::read(in);
    in.part("");
    return {block, std::move(segment)};
  }
  void write(writer& out) const {
    out.fixed(block);
    segment.write(out);
  }
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept { return hash::size + segment.size(version); }
};

/// The responses without one.
using range_proof_segment = segment_alone<segment_type::range_proof, wire::range_proof_segment>;
using kernel_segment = segment_alone<segment_type::kernel, wire::kernel_segment>;

}  // namespace pappus::wire::messages
