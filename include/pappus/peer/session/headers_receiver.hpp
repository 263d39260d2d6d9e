// Receiver of the headers that the node has requested from one peer, in batches while their message arrives.
#pragma once

#include <span>

#include <pappus/peer/session/chain_message_handler.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/session/pending_requests.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/headers_decoder.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::peer {

/// Passes headers to the handler of the first pending `headers_request`, up to the first header from the future.
/// Headers that were not requested are dropped without being decoded.
class headers_receiver {
public:
  /// Both arguments outlive it.
  headers_receiver(pending_requests& requests, chain_message_handler& chain) noexcept
      : requests_(requests), chain_(chain) {}

  /// Passes on the next batch of the headers that have arrived. False if there is none, or no request. `body`: what has
  /// arrived of the message's body, from its start.
  [[nodiscard]] wire::decode_result<bool> receive_batch(wire::bytes_view body, const wire::codec_context& codec);

  /// Completes the request. To be called when `body` is complete and `receive_batch` has given false.
  [[nodiscard]] wire::decode_result<void> finish(wire::bytes_view body, const wire::codec_context& codec);

private:
  struct message_state {
    wire::headers_decoder decoder;
    headers_response passed_on;  // so far
  };

  void pass_on(const headers_request& request, std::span<const wire::header> batch);

  pending_requests& requests_;
  chain_message_handler& chain_;
  message_state message_;  // of the arriving message
};

}  // namespace pappus::peer
