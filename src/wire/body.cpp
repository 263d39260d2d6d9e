// Decoding and validation of a body, and conversion between its forms.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/wire/body.hpp>
#include <pappus/wire/endian.hpp>

#include "lists.hpp"
#include "sort_by_hash.hpp"

namespace pappus::wire {
namespace {

// Rejects counts above the maximum weight, before memory is allocated for them.
body_layout read_counts(reader& in, std::uint64_t most_weight) noexcept {
  const std::size_t start = in.offset();
  const std::uint64_t inputs = in.u64("inputs");
  const std::uint64_t outputs = in.u64("outputs");
  const std::uint64_t kernels = in.u64("kernels");
  in.check(within_weight(inputs, outputs, kernels, most_weight), decode_errc::over_weight, "counts", start);
  if (!in.ok()) return {};
  return {start, static_cast<std::size_t>(inputs), static_cast<std::size_t>(outputs), static_cast<std::size_t>(kernels),
          form_of(in.version())};
}

// Sorted index of commitments by their offsets in the message.
class commitment_index {
public:
  commitment_index(bytes_view message, std::size_t max) : message_(message) { places_.reserve(max); }

  void add(std::size_t offset) {
    const std::uint64_t begins = begins_at(offset);
    places_.push_back({begins, offset});
    present_[begins >> 58] |= bit_of(begins);
  }
  void sort() {
    std::ranges::sort(places_, [this](const place& left, const place& right) { return order(left, right) < 0; });
  }

  // The offsets of a commitment that occurs twice, ascending; empty if there is none.
  [[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> twice() const {
    const auto found = std::ranges::adjacent_find(
        places_, [this](const place& left, const place& right) { return order(left, right) == 0; });
    if (found == places_.end()) return std::nullopt;
    return std::minmax(found[0].offset, found[1].offset);
  }

  // The offset in the index of the same commitment as the one at `offset`, which was not added.
  [[nodiscard]] std::optional<std::size_t> find(std::size_t offset) const {
    const place wanted{begins_at(offset), offset};
    if ((present_[wanted.begins >> 58] & bit_of(wanted.begins)) == 0) return std::nullopt;
    const auto found = std::ranges::lower_bound(
        places_, wanted, [this](const place& left, const place& right) { return order(left, right) < 0; });
    if (found == places_.end() || order(*found, wanted) != 0) return std::nullopt;
    return found->offset;
  }

private:
  // Most commitments differ in the eight bytes after the first, so few comparisons access the message.
  struct place {
    std::uint64_t begins;
    std::size_t offset;
  };

  std::uint64_t begins_at(std::size_t offset) const noexcept {
    return load_big_endian<std::uint64_t>(&message_[offset + 1]);
  }
  int order(const place& left, const place& right) const noexcept {
    if (left.begins != right.begins) return left.begins < right.begins ? -1 : 1;
    return std::memcmp(&message_[left.offset], &message_[right.offset], commitment::size);
  }

  static std::uint64_t bit_of(std::uint64_t begins) noexcept { return std::uint64_t{1} << (begins >> 52 & 63); }

  bytes_view message_;
  std::vector<place> places_;
  std::array<std::uint64_t, 64> present_{};  // a bit for each value of the first 12 bits: most searches end there
};

// Rejects a commitment that occurs twice, among the inputs, the outputs, or both: an output must not be spent in the
// body that creates it. `message` is all that was read, from its start.
//
// The lists are strictly ascending by hash, so the same commitment twice in one list must differ in features; inputs
// without features cannot. Coinbase inputs are usually few, and outputs are few because of their weight: these are
// sorted, and the other inputs are looked up.
void check_cut_through(reader& in, const body_layout& layout, bytes_view message) {
  const std::size_t first_output = layout.output_at(0);
  const std::size_t features = layout.input_size() - commitment::size;
  const auto says_coinbase = [&](std::size_t i) {
    return features != 0 &&
           message[layout.input_at(i)] == std::byte{static_cast<std::uint8_t>(output_features::coinbase)};
  };
  const auto refuse = [&](std::size_t former, std::size_t latter) {
    if (latter < first_output) {
      in.element((latter - layout.input_at(0)) / layout.input_size());
      return in.fail(decode_errc::duplicate, "inputs[].commitment", latter);
    }
    in.element((latter - first_output) / output::size);
    const bool spent = former < first_output;
    in.fail(spent ? decode_errc::spends_own_output : decode_errc::duplicate, "outputs[].commitment", latter);
  };

  commitment_index index{message, layout.outputs};
  for (std::size_t i = 0; i < layout.inputs; ++i) {
    if (says_coinbase(i)) index.add(layout.input_at(i) + features);
  }
  for (std::size_t i = 0; i < layout.outputs; ++i) index.add(layout.output_at(i) + 1);
  index.sort();
  if (const auto twice = index.twice()) return refuse(twice->first, twice->second);
  for (std::size_t i = 0; i < layout.inputs && in.ok(); ++i) {
    if (says_coinbase(i)) continue;
    const std::size_t at = layout.input_at(i) + features;
    if (const auto other = index.find(at)) refuse(std::min(at, *other), std::max(at, *other));
  }
}

}  // namespace

std::optional<body> body::read(reader& in, const body_rules& rules) {
  const body_layout layout = read_counts(in, rules.max_weight);
  in.check(layout.kernels > 0 || !rules.needs_kernels, decode_errc::no_kernels, "kernels", layout.start);
  order_check order{in};
  read_inputs(in, layout, order);
  read_outputs(in, layout.outputs, rules.reward, order);
  expect_kernels(in, layout.kernels);
  if (!in.ok()) {
    order.finish();
    return std::nullopt;
  }

  packed_message message{in, layout.kernels};  // allocates only now, when the bytes are known to be present
  read_kernels(in, rules.reward, message.places(), order);
  in.expect_end();
  order.finish();
  if (in.ok()) check_cut_through(in, layout, in.consumed_since(0));
  if (!in.ok()) return std::nullopt;
  message.keep(in.consumed_since(0));
  return body{std::move(message), layout};
}

wire::input body::input(std::size_t i) const noexcept {
  const std::byte* const at = &raw_bytes()[layout_.input_at(i)];
  if (form() == body_form::commitments) return {std::nullopt, commitment::copy(at)};
  return {static_cast<output_features>(*at), commitment::copy(at + 1)};
}

wire::output body::output(std::size_t i) const noexcept {
  return wire::output::view(raw_bytes().subspan(layout_.output_at(i)));
}

encode_result<shared_bytes> body::encode_for(std::shared_ptr<const void> owner, protocol_version version) const {
  if (form_of(version) == form()) return shared_bytes{std::move(owner), raw_bytes()};
  writer out{version, size(version)};
  write(out);
  PAPPUS_TRY(made, std::move(out).finish());
  return share(std::move(made));
}

void body::write(writer& out) const {
  if (form_of(out.version()) == form()) return out.raw(raw_bytes());
  out.raw(raw_bytes().first(layout_.input_at(0)));
  write_inputs(out);
  out.raw(raw_bytes().subspan(layout_.output_at(0), layout_.outputs * wire::output::size));
  message_.write_kernels(out);
}

std::size_t body::size(protocol_version version) const noexcept {
  if (form_of(version) == form()) return raw_bytes().size();
  body_layout target = layout_;
  target.form = form_of(version);
  return target.output_at(target.outputs) + message_.kernels_size(version);
}

void body::write_inputs(writer& out) const {
  const bool with_features = out.version().has_input_features();
  if (with_features == (form() != body_form::commitments)) {
    return out.raw(raw_bytes().subspan(layout_.input_at(0), layout_.inputs * layout_.input_size()));
  }
  if (with_features) {
    if (layout_.inputs > 0) out.fail(encode_errc::inputs_lack_features, "inputs");
    return;
  }
  // Without its features an input has another hash, and therefore another position in the list.
  std::vector<bytes_view> commitments;
  commitments.reserve(layout_.inputs);
  for (std::size_t i = 0; i < layout_.inputs; ++i) {
    commitments.push_back(raw_bytes().subspan(layout_.input_at(i) + 1, commitment::size));
  }
  for (const bytes_view spent : sorted_by_hash(std::move(commitments))) out.raw(spent);
}

}  // namespace pappus::wire
