// Reading the three lists: every rule is one `require`, in the order the bytes come.
#include <algorithm>
#include <compare>
#include <cstring>
#include <vector>

#include <pappus/wire/body.hpp>

namespace pappus::wire {
namespace {

// Weighs without overflow, whatever the counts: each alone must be under the limit before they are added.
bool within_weight(std::uint64_t inputs, std::uint64_t outputs, std::uint64_t kernels, std::uint64_t most) noexcept {
  return inputs <= most / limits::input_weight && outputs <= most / limits::output_weight &&
         kernels <= most / limits::kernel_weight &&
         inputs * limits::input_weight + outputs * limits::output_weight + kernels * limits::kernel_weight <= most;
}

// Holds a list to its order: every element's hash is above the one before.
class rising {
public:
  explicit rising(const char* field) noexcept : field_(field) {}

  void check(reader& in, const hash& next, std::size_t start) noexcept {
    const auto order = next <=> last_;
    if (!first_) {
      in.require(order != 0, decode_fault::duplicate, field_, start);
      in.require(order > 0, decode_fault::not_sorted, field_, start);
    }
    first_ = false;
    last_ = next;
  }

private:
  const char* field_;
  hash last_;
  bool first_ = true;
};

output_features read_output_features(reader& in, const char* field, coinbase reward) noexcept {
  const std::size_t start = in.offset();
  const std::uint8_t code = in.u8(field);
  in.require(code <= 1, decode_fault::unknown_value, field, start);
  in.require(code != 1 || reward == coinbase::allowed, decode_fault::coinbase, field, start);
  return static_cast<output_features>(code);
}

void read_proof(reader& in) noexcept {
  const std::size_t start = in.offset();
  const std::uint64_t length = in.u64("outputs[].proof");
  in.require(length == limits::range_proof, decode_fault::out_of_range, "outputs[].proof", start);
  static_cast<void>(in.take(limits::range_proof, "outputs[].proof"));
}

}  // namespace

body_layout read_body_counts(reader& in, std::uint64_t most_weight) noexcept {
  const std::size_t start = in.offset();
  const std::uint64_t inputs = in.u64("inputs");
  const std::uint64_t outputs = in.u64("outputs");
  const std::uint64_t kernels = in.u64("kernels");
  in.require(within_weight(inputs, outputs, kernels, most_weight), decode_fault::too_heavy, "counts", start);
  if (!in.ok()) return {};
  return {start, static_cast<std::size_t>(inputs), static_cast<std::size_t>(outputs), static_cast<std::size_t>(kernels),
          form_of(in.version())};
}

void read_inputs(reader& in, const body_layout& layout) noexcept {
  rising order{"inputs[]"};
  for (std::size_t i = 0; i < layout.inputs && in.ok(); ++i) {
    in.element(i);
    const std::size_t start = in.offset();
    if (layout.form != body_form::commitments) read_output_features(in, "inputs[].features", coinbase::allowed);
    static_cast<void>(in.take(commitment::size, "inputs[].commitment"));
    if (in.ok()) order.check(in, blake2b(in.since(start)), start);
  }
}

void read_outputs(reader& in, const body_layout& layout, coinbase reward) noexcept {
  rising order{"outputs[]"};
  for (std::size_t i = 0; i < layout.outputs && in.ok(); ++i) {
    in.element(i);
    const std::size_t start = in.offset();
    read_output_features(in, "outputs[].features", reward);
    static_cast<void>(in.take(commitment::size, "outputs[].commitment"));
    read_proof(in);
    if (in.ok()) order.check(in, blake2b(in.since(start).first(output::identifier_size)), start);
  }
}

void read_kernels(reader& in, coinbase reward, std::span<kernel_place> places) {
  rising order{"kernels[]"};
  std::vector<commitment> distant;  // excesses of no-recent-duplicate kernels
  for (std::size_t i = 0; i < places.size() && in.ok(); ++i) {
    in.element(i);
    const std::size_t start = in.offset();
    const kernel one = kernel::read(in);
    const bool is_reward = one.features == kernel_features::coinbase;
    in.require(!is_reward || reward == coinbase::allowed, decode_fault::coinbase, "kernels[].features", start);
    if (!in.ok()) return;
    places[i] = {one.id(), static_cast<std::uint32_t>(start)};
    order.check(in, places[i].id, start);
    if (one.features == kernel_features::no_recent_duplicate) distant.push_back(one.excess);
  }
  std::sort(distant.begin(), distant.end());
  const bool distinct = std::adjacent_find(distant.begin(), distant.end()) == distant.end();
  in.require(distinct, decode_fault::duplicate, "kernels", in.offset());
}

void check_cut_through(reader& in, const body_layout& layout, bytes_view message) {
  const std::size_t first_output = layout.output_at(0);
  std::vector<std::size_t> places;  // of all commitments, as offsets
  places.reserve(layout.inputs + layout.outputs);
  const std::size_t features = layout.input_size() - commitment::size;
  for (std::size_t i = 0; i < layout.inputs; ++i) places.push_back(layout.input_at(i) + features);
  for (std::size_t i = 0; i < layout.outputs; ++i) places.push_back(layout.output_at(i) + 1);

  const auto order = [message](std::size_t left, std::size_t right) {
    return std::memcmp(&message[left], &message[right], commitment::size);
  };
  std::sort(places.begin(), places.end(), [order](std::size_t l, std::size_t r) { return order(l, r) < 0; });
  const auto twice = std::adjacent_find(places.begin(), places.end(),
                                        [order](std::size_t l, std::size_t r) { return order(l, r) == 0; });
  if (twice == places.end()) return;

  const auto [former, latter] = std::minmax(twice[0], twice[1]);
  if (latter < first_output) {
    in.element((latter - layout.input_at(0)) / layout.input_size());
    return in.fail(decode_fault::duplicate, "inputs[].commitment", latter);
  }
  in.element((latter - first_output) / output::size);
  const bool spent = former < first_output;
  in.fail(spent ? decode_fault::spends_own_output : decode_fault::duplicate, "outputs[].commitment", latter);
}

}  // namespace pappus::wire
