// Interface of the application's chain: what the peer level tells and asks it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <pappus/io/stream.hpp>
#include <pappus/peer/adapter/completion.hpp>
#include <pappus/peer/adapter/validation_result.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/messages/segments.hpp>
#include <pappus/wire/messages/txhashset.hpp>

namespace pappus::peer {

/// The packed chain state (txhashset) on its way to a peer.
struct archive {
  wire::messages::txhashset_archive description;  // sent to the peer before the content
  io::stream_ptr content;                         // holds at least `description.bytes` bytes
};

/// Called on the loop; no function throws an exception of the application. Calls on behalf of a peer are limited in
/// number, bytes and time, and have no result when there is no room. Implemented by `integration::adapter_bridge`.
class chain_adapter {
public:
  /// A peer has sent a block in some form; `full_hash` is that of its header. `done` gets the result; `ignore` if the
  /// application has the item already; nothing if it gives none or there is no room. It is not called for a further
  /// copy of an item that the application is validating, unless it rejects that one.
  virtual void header_received(const wire::header& header, const wire::hash& full_hash, const peer_info& peer,
                               validation_handler done) = 0;
  virtual void compact_block_received(const wire::compact_block_ptr& block, const wire::hash& full_hash,
                                      const peer_info& peer, validation_handler done) = 0;
  virtual void block_received(const wire::block_ptr& block, const wire::hash& full_hash, const peer_info& peer,
                              validation_handler done) = 0;

  /// A peer requests data. The result is null or empty if the application does not have them.
  virtual void locate_headers(std::span<const wire::hash> locator, const peer_info& peer,
                              completion<std::vector<wire::header>> done) = 0;
  virtual void get_block(const wire::hash& id, const peer_info& peer, completion<wire::block_ptr> done) = 0;
  virtual void get_compact_block(const wire::hash& id, const peer_info& peer,
                                 completion<wire::compact_block_ptr> done) = 0;
  virtual void get_segment(const wire::messages::get_output_bitmap_segment& request, const peer_info& peer,
                           completion<wire::messages::output_bitmap_segment> done) = 0;
  virtual void get_segment(const wire::messages::get_output_segment& request, const peer_info& peer,
                           completion<wire::messages::output_segment> done) = 0;
  virtual void get_segment(const wire::messages::get_range_proof_segment& request, const peer_info& peer,
                           completion<wire::messages::range_proof_segment> done) = 0;
  virtual void get_segment(const wire::messages::get_kernel_segment& request, const peer_info& peer,
                           completion<wire::messages::kernel_segment> done) = 0;
  virtual void txhashset_read(const wire::messages::txhashset_request& request, const peer_info& peer,
                              completion<archive> done) = 0;

  chain_adapter(const chain_adapter&) = delete;
  chain_adapter& operator=(const chain_adapter&) = delete;

protected:
  chain_adapter() = default;
  ~chain_adapter() = default;
};

}  // namespace pappus::peer
