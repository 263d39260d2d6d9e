// Decoding of a transaction: its offset and the rules of its body.
#include <utility>

#include <pappus/wire/transaction.hpp>

namespace pappus::wire {

transaction_ptr transaction::read(reader& in) {
  static_cast<void>(in.take(kernel_offset::size, "offset"));
  auto lists = body::read(in, {in.context().limits.transaction_weight(), coinbase::rejected, true});
  if (!lists) return nullptr;
  return std::make_shared<const transaction>(key{}, *std::move(lists));
}

hash transaction::hash() const {
  if (form() == form_of(latest_version)) return blake2b(raw_bytes());
  writer canonical{latest_version, size(latest_version)};
  write(canonical);
  return blake2b(std::move(canonical).finish().value());  // cannot fail: older forms have all fields of the latest
}

}  // namespace pappus::wire
