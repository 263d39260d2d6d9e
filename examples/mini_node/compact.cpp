// Extracts the coinbase and computes the short ids.
#include "compact.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/short_id.hpp>
#include <pappus/wire/writer.hpp>

namespace mini_node {

namespace wire = pappus::wire;

namespace {

void sort_by_hash(std::vector<wire::short_id>& ids) {
  std::vector<wire::bytes_view> views(ids.size());
  std::ranges::transform(ids, views.begin(), [](const wire::short_id& id) { return wire::bytes_view{id.view()}; });
  std::vector<wire::hash> hashes(ids.size());
  wire::blake2b_many(views, hashes);
  std::vector<std::pair<wire::hash, wire::short_id>> sorted(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) sorted[i] = {hashes[i], ids[i]};
  std::ranges::sort(sorted);
  std::ranges::transform(sorted, ids.begin(), [](const auto& each) { return each.second; });
}

}  // namespace

wire::compact_block_ptr compact(const wire::block& whole, std::uint64_t nonce, const wire::chain_limits& limits) {
  std::vector<wire::output> outputs;
  for (const wire::output& each : whole.outputs()) {
    if (each.features == wire::output_features::coinbase) outputs.push_back(each);
  }
  const wire::short_id_hasher maker{whole.hash(), nonce};
  std::vector<wire::kernel> kernels;
  std::vector<wire::short_id> ids;
  for (std::size_t i = 0; i < whole.kernels().size(); ++i) {
    const wire::kernel each = whole.kernel(i);
    if (each.features == wire::kernel_features::coinbase) kernels.push_back(each);
    else ids.push_back(maker.of(whole.kernel_hash(i)));
  }
  sort_by_hash(ids);

  wire::writer out{wire::latest_version};
  out.raw(whole.before_lists());
  out.u64(nonce);
  for (const std::size_t count : {outputs.size(), kernels.size(), ids.size()}) out.u64(count);
  for (const wire::output& each : outputs) {
    out.u8(static_cast<std::uint8_t>(each.features));
    out.fixed(each.commitment);
    out.blob(each.proof, "proof");
  }
  for (const wire::kernel& each : kernels) each.write(out);
  for (const wire::short_id& id : ids) out.fixed(id);
  const auto body = std::move(out).finish();
  if (!body) return nullptr;
  wire::reader in{*body, {wire::latest_version, limits}};
  return wire::compact_block::read(in);
}

}  // namespace mini_node
