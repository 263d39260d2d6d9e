#include "full_node/chain_adapter.hpp"

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <pappus/uv/file.hpp>

namespace full_node {

namespace integration = pappus::integration;
namespace messages = pappus::wire::messages;
namespace peer = pappus::peer;
namespace wire = pappus::wire;
using peer::validation_result;

namespace {

/// For data that peers request: a value that says that there are none.
template <class T>
T value_or_none(outcome<T> found) {
  return found ? *std::move(found) : T{};
}

/// For what the synchronization needs: after an exception it tries again later.
template <class T>
T value_or_throw(outcome<T> found) {
  if (!found) throw std::runtime_error{found.error().reason};
  return *std::move(found);
}

void add_synchronization(integration::adapter& functions, const adapter_parts& parts) {
  chain_service& service = parts.chain;
  functions.get_locator = parts.bind([&service] { return value_or_throw(service.chain().locator()); });
  functions.import_headers =
      parts.bind([&service](const integration::headers_ptr& batch) { return service.import_headers(*batch); });
  functions.get_missing_blocks = parts.bind([&service](const std::optional<wire::hash>& after, std::size_t count) {
    return value_or_throw(service.missing_blocks(after, count));
  });
  functions.import_block =
      parts.bind([&service](const wire::block_ptr& block) { return service.import_block(*block); });
  functions.continue_state = parts.bind([&service](const wire::hash& block, std::size_t count) {
    auto progress = service.continue_state(block, count);
    return progress ? std::optional{*std::move(progress)} : std::nullopt;
  });
  functions.import_segment =
      parts.bind([&service](const integration::any_segment& segment) { return service.import_segment(segment); });
  functions.finish_state = parts.bind([&service](const wire::hash&) { return service.finish_state(); });
  functions.import_archive =
      parts.bind([&service](const integration::state_archive& archive) { return service.import_archive(archive); });
}

void add_news(integration::adapter& functions, const adapter_parts& parts) {
  chain_service& service = parts.chain;
  const auto& tell = parts.tell;
  functions.header_received = parts.bind([&service, tell](const wire::header& header, const peer::peer_info& from) {
    const auto result = service.header_received(header);
    if (result == validation_result::accept) tell(mini_node::header(header, from));
    return result;
  });
  functions.compact_block_received =
      parts.bind([&service, tell](const wire::compact_block_ptr& block, const peer::peer_info& from) {
        const auto result = service.compact_block_received(*block);
        if (result == validation_result::accept) tell(mini_node::compact_block(*block, from));
        return result;
      });
  functions.block_received = parts.bind([&service, tell](const wire::block_ptr& block, const peer::peer_info& from) {
    const auto result = service.block_received(*block);
    if (result == validation_result::accept) tell(mini_node::block(*block, from));
    return result;
  });
}

template <messages::segment_type Of>
auto segment_of(const adapter_parts& parts) {
  return parts.bind([&service = parts.chain](const messages::get_segment<Of>& request) {
    auto found = service.chain().segment(request);
    return found ? std::optional{*std::move(found)} : std::nullopt;
  });
}

/// Called on the loop, to which the stream belongs.
std::optional<peer::archive> open_archive(pappus::uv::loop& loop, const packed_state& made) {
  auto content = pappus::uv::open_file(loop, made.file.string(), pappus::uv::open_mode::read);
  if (!content) return std::nullopt;
  peer::archive opened;
  opened.description = {made.block, made.height, made.size};
  opened.content = *std::move(content);
  return opened;
}

void add_data(integration::adapter& functions, const adapter_parts& parts) {
  chain_service& service = parts.chain;
  functions.locate_headers = parts.bind([&service](std::span<const wire::hash> locator) {
    return value_or_none(service.chain().headers_after(locator));
  });
  functions.get_block =
      parts.bind([&service](const wire::hash& id) { return value_or_none(service.chain().block(id)); });
  functions.get_compact_block =
      parts.bind([&service](const wire::hash& id) { return value_or_none(service.chain().compact_block(id)); });
  functions.get_output_bitmap_segment = segment_of<messages::segment_type::output_bitmap>(parts);
  functions.get_output_segment = segment_of<messages::segment_type::output>(parts);
  functions.get_range_proof_segment = segment_of<messages::segment_type::range_proof>(parts);
  functions.get_kernel_segment = segment_of<messages::segment_type::kernel>(parts);

  // Made on the chain's thread and opened on the loop.
  functions.txhashset_read = [&service, on_chain = parts.on_chain, &loop = parts.loop](
                                 const messages::txhashset_request&,
                                 const integration::responder<std::optional<peer::archive>>& respond) {
    on_chain([&service, &loop, respond] {
      const auto made = service.chain().read_archive();
      if (!made) return respond(std::nullopt);
      service.net().post([&loop, respond, made = *made](pappus::node&) { respond(open_archive(loop, made)); }, {});
    });
  };
}

void add_transactions(integration::adapter& functions, const adapter_parts& parts) {
  chain_service& service = parts.chain;
  const auto& tell = parts.tell;
  functions.transaction_received =
      parts.bind([&service, tell](const wire::transaction_ptr& tx, peer::phase at, const peer::peer_info& from) {
        const auto result = service.transaction_received(*tx, at);
        if (result == validation_result::accept) tell(mini_node::transaction(*tx, at, from));
        return result;
      });
  functions.get_transaction =
      parts.bind([&service](const wire::hash& kernel) { return value_or_none(service.chain().transaction(kernel)); });
  functions.validate_tx = parts.bind([&service](const wire::transaction_ptr& tx, peer::phase) {
    const verdict what = verdict_of(service.chain().validate_transaction(*tx));
    return what == verdict::accepted || what == verdict::known;
  });
  functions.aggregate_transactions = parts.bind([&service](const std::vector<wire::transaction_ptr>& held) {
    auto together = service.chain().aggregate(held);
    return together ? std::vector{*std::move(together)} : std::vector<wire::transaction_ptr>{};
  });
  functions.transaction_fluffed =
      parts.bind([&service, tell](const wire::transaction_ptr& tx, peer::fluff_reason why, const auto& report) {
        static_cast<void>(service.add_transaction(*tx));
        tell(mini_node::fluffed(*tx, why, report));
      });
}

}  // namespace

integration::adapter make_adapter(const adapter_parts& parts) {
  integration::adapter functions;
  add_synchronization(functions, parts);
  add_news(functions, parts);
  add_data(functions, parts);
  add_transactions(functions, parts);
  return functions;
}

}  // namespace full_node
