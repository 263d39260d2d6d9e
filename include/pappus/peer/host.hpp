// What the peer level asks of the node around it, and tells it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/ending.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// The host's word on a transaction.
enum class verdict : std::uint8_t {
  accept,  // new and valid: pass it on
  ignore,  // known already, or of no interest: do not
};

/// Functions of the host. Each is called on the loop and must neither wait nor throw; any may be empty.
struct host {
  /// A transaction came, sound in form; whether it is valid is the host's to judge. Empty: everything is ignored.
  std::function<verdict(const wire::transaction_ptr& tx, phase at, const peer_info& from)> transaction_received;

  /// The public transaction with that kernel, or null. One that is still on the stem is nobody's business.
  /// Empty: there is none.
  std::function<wire::transaction_ptr(const wire::hash& kernel)> find_transaction;

  /// The node listens; gives the port that the system chose.
  std::function<void(io::endpoint at)> listening;

  /// A handshake was completed.
  std::function<void(const peer_info& peer)> peer_connected;

  /// A session ended, or a handshake failed: then of the peer only its endpoint and direction are known.
  std::function<void(const peer_info& peer, const ending& why)> peer_disconnected;

  /// A line for the log.
  std::function<void(const std::string& line)> log;
};

}  // namespace pappus::peer
