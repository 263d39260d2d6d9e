#include <algorithm>

#include <pappus/peer/dandelion/packed_transaction.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::peer {

packed_transaction::packed_transaction(const wire::transaction& of)
    : bytes_(std::make_unique_for_overwrite<std::byte[]>(of.raw_bytes().size())),
      size_(static_cast<std::uint32_t>(of.raw_bytes().size())),
      form_(of.form()) {
  std::ranges::copy(of.raw_bytes(), bytes_.get());
}

wire::transaction_ptr packed_transaction::unpack(const wire::chain_limits& by) const {
  wire::reader in{wire::bytes_view{bytes_.get(), size_}, {wire::version_of(form_), by}};
  return wire::transaction::read(in);
}

}  // namespace pappus::peer
