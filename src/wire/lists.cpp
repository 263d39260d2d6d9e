// Decoding of the lists: every rule is one `check`, in the order of the bytes.
#include "lists.hpp"

#include <algorithm>
#include <compare>
#include <vector>

namespace pappus::wire {

bool within_weight(std::uint64_t inputs, std::uint64_t outputs, std::uint64_t kernels, std::uint64_t max) noexcept {
  return inputs <= max / limits::input_weight && outputs <= max / limits::output_weight &&
         kernels <= max / limits::kernel_weight &&
         inputs * limits::input_weight + outputs * limits::output_weight + kernels * limits::kernel_weight <= max;
}

output_features read_output_features(reader& in, const char* field, coinbase reward) noexcept {
  const std::size_t start = in.offset();
  const std::uint8_t code = in.u8(field);
  in.check(code <= 1, decode_errc::unknown_value, field, start);
  in.check(code != 1 || reward == coinbase::allowed, decode_errc::coinbase, field, start);
  return static_cast<output_features>(code);
}

void read_proof(reader& in, const char* field) noexcept {
  const std::size_t start = in.offset();
  const std::uint64_t length = in.u64(field);
  in.check(length == limits::range_proof_size, decode_errc::out_of_range, field, start);
  static_cast<void>(in.take(limits::range_proof_size, field));
}

void read_inputs(reader& in, const body_layout& layout, order_check& order) noexcept {
  std::size_t i = order.begin_list("inputs[]", layout.inputs, layout.input_size());
  for (; i < layout.inputs && in.ok(); ++i) {
    in.element(i);
    const std::size_t start = in.offset();
    if (layout.form != body_form::commitments) read_output_features(in, "inputs[].features", coinbase::allowed);
    static_cast<void>(in.take(commitment::size, "inputs[].commitment"));
    if (in.ok()) order.add(i, start, in.consumed_since(start));
  }
}

void read_outputs(reader& in, std::size_t count, coinbase reward, order_check& order) noexcept {
  for (std::size_t i = order.begin_list("outputs[]", count, output::size); i < count && in.ok(); ++i) {
    in.element(i);
    const std::size_t start = in.offset();
    read_output_features(in, "outputs[].features", reward);
    static_cast<void>(in.take(commitment::size, "outputs[].commitment"));
    read_proof(in, "outputs[].proof");
    if (in.ok()) order.add(i, start, in.consumed_since(start).first(output_identifier::size));
  }
}

void expect_kernels(reader& in, std::size_t count) noexcept {
  in.check(!in.is_prefix() && count <= in.remaining() / kernel::smallest, decode_errc::unexpected_end, "kernels",
           in.offset());
}

void read_kernels(reader& in, coinbase reward, std::span<kernel_entry> places, order_check& order) {
  order.begin_list("kernels[]");
  std::vector<commitment> distant;  // excesses of no-recent-duplicate kernels
  for (std::size_t i = 0; i < places.size() && in.ok(); ++i) {
    in.element(i);
    const std::size_t start = in.offset();
    const kernel_view one = kernel_view::read(in);
    const bool is_reward = one.features == kernel_features::coinbase;
    in.check(!is_reward || reward == coinbase::allowed, decode_errc::coinbase, "kernels[].features", start);
    if (!in.ok()) return;
    places[i].offset = static_cast<std::uint32_t>(start);
    order.add(i, start, one, places[i].id);
    if (one.features == kernel_features::no_recent_duplicate) distant.push_back(commitment::copy(one.excess.data()));
  }
  std::sort(distant.begin(), distant.end());
  const bool distinct = std::adjacent_find(distant.begin(), distant.end()) == distant.end();
  in.check(distinct, decode_errc::duplicate, "kernels", in.offset());
}

}  // namespace pappus::wire
