// Decoding of compact blocks, and conversion between versions.
#include <utility>

#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/endian.hpp>
#include <pappus/wire/limits.hpp>

#include "lists.hpp"

namespace pappus::wire {
namespace {

void read_short_ids(reader& in, std::size_t count, order_check& order) noexcept {
  order.begin_list("short_ids[]");
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    in.element(i);
    const std::size_t start = in.offset();
    const bytes_view id = in.take(short_id::size, "short_ids[]");
    if (in.ok()) order.add(i, start, id);
  }
}

}  // namespace

compact_block_ptr compact_block::read(reader& in) {
  compact_layout layout;
  in.part("header");
  const parsed_header head = read_header(in);
  layout.header = head.raw.size();
  in.part("");
  static_cast<void>(in.u64("nonce"));
  const std::size_t counts = in.offset();
  const std::uint64_t outputs = in.u64("outputs");
  const std::uint64_t kernels = in.u64("kernels");
  const std::uint64_t ids = in.u64("short_ids");
  const std::uint64_t most = in.context().limits.block_weight;
  const bool fits = within_weight(0, outputs, kernels, most) && within_weight(0, outputs, ids, most) &&
                    within_weight(0, outputs, kernels + ids, most);  // each short id represents a kernel
  in.check(fits, decode_errc::over_weight, "counts", counts);
  if (!in.ok()) return nullptr;
  layout.outputs = static_cast<std::size_t>(outputs);
  layout.ids = static_cast<std::size_t>(ids);
  order_check order{in};
  read_outputs(in, layout.outputs, coinbase::allowed, order);
  expect_kernels(in, kernels);
  if (!in.ok()) {
    order.finish();
    return nullptr;
  }

  packed_message message{in, kernels};  // allocates only now, when the bytes are known to be present
  layout.kernels_at = in.offset();
  read_kernels(in, coinbase::allowed, message.places(), order);
  layout.ids_at = in.offset();
  read_short_ids(in, layout.ids, order);
  in.expect_end();
  order.finish();
  if (!in.ok()) return nullptr;
  message.keep(in.consumed_since(0));
  return std::make_shared<const compact_block>(key{}, std::move(message), layout, head.id, in.version());
}

std::uint64_t compact_block::nonce() const noexcept {
  return load_big_endian<std::uint64_t>(&raw_bytes()[layout_.header]);
}

wire::output compact_block::output(std::size_t i) const noexcept {
  return wire::output::view(raw_bytes().subspan(layout_.outputs_at() + i * wire::output::size));
}

short_id compact_block::kernel_short_id(std::size_t i) const noexcept {
  return short_id::copy(&raw_bytes()[layout_.ids_at + i * short_id::size]);
}

encode_result<shared_bytes> compact_block::encode(protocol_version version) const {
  if (same_form(version)) return shared_bytes{shared_from_this(), raw_bytes()};
  writer out{version, size(version)};
  write(out);
  PAPPUS_TRY(made, std::move(out).finish());
  return share(std::move(made));
}

void compact_block::write(writer& out) const {
  if (same_form(out.version())) return out.raw(raw_bytes());
  out.raw(raw_bytes().first(layout_.kernels_at));
  message_.write_kernels(out);
  out.raw(raw_bytes().subspan(layout_.ids_at));
}

std::size_t compact_block::size(protocol_version version) const noexcept {
  if (same_form(version)) return raw_bytes().size();
  return layout_.kernels_at + message_.kernels_size(version) + layout_.ids * short_id::size;
}

}  // namespace pappus::wire
