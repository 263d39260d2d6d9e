// Conversion of transactions to version 2, at which each input has the features of the output that it spends. From
// version 3 on inputs lack them, so that the conversion needs access to the chain.
#pragma once

#include <span>

#include <pappus/wire/error.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::wire {

/// The same transaction in the form of version 2. `features` are those of the outputs that its inputs spend, in the
/// order of `inputs()`. The result is checked as by `transaction::read`. Throws `std::invalid_argument` if the numbers
/// of features and inputs differ.
[[nodiscard]] decode_result<transaction_ptr> with_input_features(const transaction& tx,
                                                                 std::span<const output_features> features,
                                                                 const chain_limits& limits);

}  // namespace pappus::wire
