// From bytes to a transaction, and from its form to any other.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include <pappus/wire/transaction.hpp>

namespace pappus::wire {
namespace {

template <class Opaque>
Opaque fixed_at(const std::byte* from) noexcept {
  Opaque value;
  std::memcpy(value.raw.data(), from, Opaque::size);
  return value;
}

}  // namespace

transaction_ptr transaction::read(reader& in) {
  static_cast<void>(in.take(kernel_offset::size, "offset"));
  const body_layout layout = read_body_counts(in, in.dialect().limits.transaction_weight());
  in.require(layout.kernels > 0, decode_fault::no_kernels, "kernels", layout.start);
  read_inputs(in, layout);
  read_outputs(in, layout, coinbase::refused);
  in.require(layout.kernels * wire::kernel::smallest <= in.remaining(), decode_fault::unexpected_end, "kernels",
             in.offset());
  if (!in.ok()) return nullptr;

  // Memory is taken only now that the bytes are known to be there.
  const std::size_t size = in.offset() + in.remaining();
  auto block = std::make_unique_for_overwrite<std::byte[]>(layout.kernels * sizeof(kernel_place) + size);
  const std::span places{reinterpret_cast<kernel_place*>(block.get()), layout.kernels};
  std::uninitialized_default_construct(places.begin(), places.end());
  read_kernels(in, coinbase::refused, places);
  in.expect_end();
  if (in.ok()) check_cut_through(in, layout, in.since(0));
  if (!in.ok()) return nullptr;

  std::byte* const body = block.get() + places.size_bytes();
  std::memcpy(body, in.since(0).data(), size);
  return std::make_shared<const transaction>(key{}, std::move(block), bytes_view{body, size}, layout, in.dialect());
}

transaction::transaction(key, std::unique_ptr<std::byte[]> block, bytes_view body, body_layout layout,
                         const wire::dialect& spoken) noexcept
    : block_(std::move(block)), body_(body), layout_(layout), dialect_(spoken) {}

kernel_offset transaction::offset() const noexcept { return fixed_at<kernel_offset>(body_.data()); }

wire::input transaction::input(std::size_t i) const noexcept {
  const std::byte* const at = &body_[layout_.input_at(i)];
  if (form() == body_form::commitments) return {std::nullopt, fixed_at<commitment>(at)};
  return {static_cast<output_features>(*at), fixed_at<commitment>(at + 1)};
}

wire::output transaction::output(std::size_t i) const noexcept {
  const bytes_view whole = body_.subspan(layout_.output_at(i), wire::output::size);
  return {static_cast<output_features>(whole[0]), fixed_at<commitment>(&whole[1]), whole.last(limits::range_proof)};
}

wire::kernel transaction::kernel(std::size_t i) const noexcept {
  reader in{body_.subspan(place(i).offset), dialect_};
  return wire::kernel::read(in);
}

hash transaction::kernel_id(std::size_t i) const noexcept { return place(i).id; }

const kernel_place& transaction::place(std::size_t i) const noexcept {
  return reinterpret_cast<const kernel_place*>(block_.get())[i];
}

encoded<shared_bytes> transaction::encode(protocol_version version) const {
  if (form_of(version) == form()) return shared_bytes{shared_from_this(), body_};
  writer out{version, size(version)};
  write(out);
  PAPPUS_TRY(made, std::move(out).finish());
  return share(std::move(made));
}

void transaction::write(writer& out) const {
  if (form_of(out.version()) == form()) return out.raw(body_);
  out.raw(body_.first(layout_.input_at(0)));
  write_inputs(out);
  out.raw(body_.subspan(layout_.output_at(0), layout_.outputs * wire::output::size));
  write_kernels(out);
}

std::size_t transaction::size(protocol_version version) const noexcept {
  if (form_of(version) == form()) return body_.size();
  body_layout target = layout_;
  target.form = form_of(version);
  std::size_t total = target.output_at(target.outputs);
  for (const wire::kernel& one : kernels()) total += one.size(version);
  return total;
}

void transaction::write_inputs(writer& out) const {
  const bool with_features = out.version().has_input_features();
  if (with_features == (form() != body_form::commitments)) {
    return out.raw(body_.subspan(layout_.input_at(0), layout_.inputs * layout_.input_size()));
  }
  if (with_features) {
    if (layout_.inputs > 0) out.fail(encode_fault::inputs_lack_features, "inputs");
    return;
  }
  // Without its features an input has another hash, and with it another place.
  std::vector<std::pair<hash, commitment>> sorted;
  sorted.reserve(layout_.inputs);
  for (const wire::input& one : inputs()) sorted.emplace_back(blake2b(one.commitment.view()), one.commitment);
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [id, spent] : sorted) out.fixed(spent);
}

void transaction::write_kernels(writer& out) const {
  for (const wire::kernel& one : kernels()) one.write(out);
}

}  // namespace pappus::wire
