// What a transaction adds to the lists of its body.
#include <utility>

#include <pappus/wire/transaction.hpp>

namespace pappus::wire {

transaction_ptr transaction::read(reader& in) {
  static_cast<void>(in.take(kernel_offset::size, "offset"));
  auto lists = body::read(in, {in.dialect().limits.transaction_weight(), coinbase::refused, true});
  if (!lists) return nullptr;
  return std::make_shared<const transaction>(key{}, *std::move(lists));
}

}  // namespace pappus::wire
