// To which peers a broadcast goes, and in which form.
#pragma once

#include <cstdint>
#include <functional>

#include <pappus/peer/peer_info.hpp>

namespace pappus::peer {

/// Selects the peers of a broadcast; empty: all peers. Called on the loop, before any other check of a peer.
using peer_filter = std::function<bool(const peer_info& peer)>;

/// Form in which a transaction is sent.
enum class transaction_form : std::uint8_t {
  announced,  // by the hash of its first kernel, to peers that can request it by that; in full to others
  whole,      // in full to all peers
};

}  // namespace pappus::peer
