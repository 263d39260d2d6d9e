// Handler of chain requests and announcements that sessions receive.
#pragma once

#include <pappus/wire/grin_messages.hpp>

namespace pappus::peer {

class session;

/// Called on the loop while a frame is being dispatched: must not wait, and must not destroy the session.
class chain_listener {
public:
  /// Announcements, and blocks whose request is not open any more.
  virtual void received(session& from, const wire::messages::header& said) = 0;
  virtual void received(session& from, const wire::messages::compact_block& said) = 0;
  virtual void received(session& from, const wire::messages::block& said) = 0;

  /// Whether the header of a response is further ahead of the node's clock than allowed, and so is not accepted.
  [[nodiscard]] virtual bool is_early(const wire::header& said) = 0;

  virtual void requested(session& by, const wire::messages::get_headers& asked) = 0;
  virtual void requested(session& by, const wire::messages::get_block& asked) = 0;
  virtual void requested(session& by, const wire::messages::get_compact_block& asked) = 0;
  virtual void requested(session& by, const wire::messages::txhashset_request& asked) = 0;
  virtual void requested(session& by, const wire::messages::get_output_bitmap_segment& asked) = 0;
  virtual void requested(session& by, const wire::messages::get_output_segment& asked) = 0;
  virtual void requested(session& by, const wire::messages::get_range_proof_segment& asked) = 0;
  virtual void requested(session& by, const wire::messages::get_kernel_segment& asked) = 0;

protected:
  ~chain_listener() = default;
};

}  // namespace pappus::peer
