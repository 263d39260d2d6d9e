#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include <pappus/wire/input_features.hpp>
#include <pappus/wire/message.hpp>
#include <pappus/wire/messages/transaction.hpp>

#include "sort_by_hash.hpp"

namespace pappus::wire {
namespace {

constexpr protocol_version with_features{2};

using input_form = std::array<std::byte, output_identifier::size>;

input_form form_of(output_features features, const commitment& spent) noexcept {
  input_form form{static_cast<std::byte>(features)};
  std::ranges::copy(spent.raw, form.begin() + 1);
  return form;
}

// With its features an input has another hash, and therefore another position in the list.
void write_inputs(writer& out, const transaction& tx, std::span<const output_features> features) {
  std::vector<input_form> forms;
  forms.reserve(features.size());
  for (std::size_t i = 0; i < features.size(); ++i) forms.push_back(form_of(features[i], tx.input(i).commitment));
  for (const bytes_view form : sorted_by_hash(std::vector<bytes_view>(forms.begin(), forms.end()))) out.raw(form);
}

void write_output(writer& out, const output& one) {
  out.raw(form_of(one.features, one.commitment));
  out.u64(one.proof.size());
  out.raw(one.proof);
}

}  // namespace

decode_result<transaction_ptr> with_input_features(const transaction& tx, std::span<const output_features> features,
                                                   const chain_limits& limits) {
  if (features.size() != tx.inputs().size()) throw std::invalid_argument("with_input_features: not one each");
  writer out{with_features, tx.size(with_features)};
  out.raw(tx.before_lists());
  out.u64(tx.inputs().size());
  out.u64(tx.outputs().size());
  out.u64(tx.kernels().size());
  write_inputs(out, tx, features);
  for (const output& one : tx.outputs()) write_output(out, one);
  for (const kernel& one : tx.kernels()) one.write(out);
  const auto body = std::move(out).finish();  // can fail only for missing input features, which are written here
  PAPPUS_TRY(made, decode<messages::transaction>(*body, {with_features, limits}));
  return std::move(made.tx);
}

}  // namespace pappus::wire
