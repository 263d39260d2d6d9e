// Decoding of a block: its header and the rules of its body.
#include <utility>

#include <pappus/wire/block.hpp>

namespace pappus::wire {

block_ptr block::read(reader& in) {
  in.part("header");
  const wire::hash id = read_header(in).id;
  in.part("");
  auto lists = body::read(in, {in.context().limits.block_weight, coinbase::allowed, false});
  if (!lists) return nullptr;
  return std::make_shared<const block>(key{}, *std::move(lists), id);
}

}  // namespace pappus::wire
