#include "full_node/grin_answer.hpp"

namespace full_node {

using pappus::wire::bytes;
using pappus::wire::hash;

outcome<std::vector<hash>> hashes_of(const grin_answer& answer) {
  std::vector<hash> hashes;
  auto in = answer.reader();
  while (in.ok() && in.remaining() > 0) hashes.push_back(in.fixed<hash>("hash"));
  if (!in.ok()) return unreadable(in.error());
  return hashes;
}

bytes concatenated(std::span<const hash> hashes) {
  bytes all;
  all.reserve(hashes.size() * hash::size);
  for (const hash& each : hashes) all.insert(all.end(), each.raw.begin(), each.raw.end());
  return all;
}

}  // namespace full_node
