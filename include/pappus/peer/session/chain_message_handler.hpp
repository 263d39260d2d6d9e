// Handler of chain requests and announcements that sessions receive.
#pragma once

#include <variant>

#include <pappus/wire/grin_messages.hpp>

namespace pappus::peer {

class session;

/// A request of a peer for chain data.
using chain_request = std::variant<wire::messages::get_headers, wire::messages::get_block,
                                   wire::messages::get_compact_block, wire::messages::txhashset_request,
                                   wire::messages::get_output_bitmap_segment, wire::messages::get_output_segment,
                                   wire::messages::get_range_proof_segment, wire::messages::get_kernel_segment>;

/// Called on the loop while a frame is being dispatched: must not wait, and must not destroy the session.
class chain_message_handler {
public:
  /// Announcements, and blocks whose request is not open any more.
  virtual void received(session& session, const wire::messages::header& message) = 0;
  virtual void received(session& session, const wire::messages::compact_block& message) = 0;
  virtual void received(session& session, const wire::messages::block& message) = 0;

  /// Whether the header of a response is further ahead of the node's clock than allowed, and so is not accepted.
  [[nodiscard]] virtual bool is_from_future(const wire::header& header) = 0;

  virtual void requested(session& session, const chain_request& request) = 0;

protected:
  ~chain_message_handler() = default;
};

}  // namespace pappus::peer
