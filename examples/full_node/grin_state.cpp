// The state of a chain, by segments and as an archive.
#include <string>
#include <utility>

#include "full_node/grin_answer.hpp"
#include "full_node/grin_chain.hpp"

namespace full_node {

namespace wire = pappus::wire;
using pappus::failure;
using wire::hash;
using wire::messages::segment_type;

template <segment_type Of>
outcome<typename segment_response<Of>::type> grin_chain::segment(const wire::messages::get_segment<Of>& request) const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_segment, node_.get(), static_cast<std::uint8_t>(Of),
                                     view(request.block.view()), request.id.height, request.id.index,
                                     wire::latest_version.number));
  return message_of<typename segment_response<Of>::type>(answer.content(), latest());
}

template outcome<wire::messages::output_bitmap_segment> grin_chain::segment(
    const wire::messages::get_output_bitmap_segment& request) const;
template outcome<wire::messages::output_segment> grin_chain::segment(
    const wire::messages::get_output_segment& request) const;
template outcome<wire::messages::range_proof_segment> grin_chain::segment(
    const wire::messages::get_range_proof_segment& request) const;
template outcome<wire::messages::kernel_segment> grin_chain::segment(
    const wire::messages::get_kernel_segment& request) const;

outcome<void> grin_chain::begin_state(const hash& block) {
  return done(pappus_grin_begin_state, node_.get(), view(block.view()));
}

outcome<pappus::integration::state_progress> grin_chain::continue_state(std::size_t max) {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_continue_state, node_.get(), max));
  auto in = answer.reader();
  pappus::integration::state_progress progress;
  progress.complete = in.u8("complete") != 0;
  progress.leaves = in.u64("leaves");
  progress.total_leaves = in.u64("all_leaves");
  while (in.ok() && in.remaining() > 0) {
    const auto type = static_cast<segment_type>(in.u8("type"));
    progress.wanted.push_back({type, wire::segment_identifier::read(in)});
  }
  if (!in.ok()) return unreadable(in.error());
  return progress;
}

template <class Response>
outcome<void> grin_chain::add_segment(const Response& response) {
  const auto encoded = wire::encode(response, wire::latest_version);
  if (!encoded) return failure{fault{verdict::failed, to_string(encoded.error())}};
  // The codes of the responses follow each other in the order of the MMRs.
  constexpr std::uint8_t first = wire::messages::output_bitmap_segment::code;
  const std::uint8_t which = (Response::code - first) / 2;
  return done(pappus_grin_add_segment, node_.get(), which, view(*encoded), wire::latest_version.number);
}

template outcome<void> grin_chain::add_segment(const wire::messages::output_bitmap_segment& response);
template outcome<void> grin_chain::add_segment(const wire::messages::output_segment& response);
template outcome<void> grin_chain::add_segment(const wire::messages::range_proof_segment& response);
template outcome<void> grin_chain::add_segment(const wire::messages::kernel_segment& response);

outcome<void> grin_chain::finish_state() { return done(pappus_grin_finish_state, node_.get()); }

outcome<void> grin_chain::reset_state() { return done(pappus_grin_reset_state, node_.get()); }

void grin_chain::stop() const noexcept { pappus_grin_stop(node_.get()); }

outcome<packed_state> grin_chain::read_archive() const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_read_archive, node_.get()));
  auto in = answer.reader();
  packed_state archive;
  archive.block = in.fixed<hash>("block");
  archive.height = in.u64("height");
  archive.size = in.u64("size");
  const auto name = in.take(in.remaining(), "file");
  if (!in.ok()) return unreadable(in.error());
  archive.file = std::u8string{reinterpret_cast<const char8_t*>(name.data()), name.size()};
  return archive;
}

outcome<void> grin_chain::write_archive(const hash& block, const std::filesystem::path& file) {
  const auto name = file.u8string();
  return done(pappus_grin_write_archive, node_.get(), view(block.view()), view(name));
}

}  // namespace full_node
