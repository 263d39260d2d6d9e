// Older peers want to be told of each input what kind of output it spends. Newer ones do not say it, so that passing
// their transactions on needs somebody who knows the chain.
#pragma once

#include <span>

#include <pappus/wire/error.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::wire {

/// The same transaction in the form of version 2; `features` are those of the outputs that its inputs spend, in the
/// order of `inputs()`. Whatever it is given it checks as `transaction::read` does. Throws `std::invalid_argument` if
/// there are not as many features as inputs.
[[nodiscard]] decode_result<transaction_ptr> with_input_features(const transaction& tx,
                                                                 std::span<const output_features> features,
                                                                 const chain_limits& limits);

}  // namespace pappus::wire
