// Rate limits of the custom messages that one peer sends.
#pragma once

#include <cstdint>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/peer/session/custom_messages.hpp>

namespace pappus::peer {

/// A token bucket for each message type, full when the first message of the type arrives.
class custom_message_limits {
public:
  /// Takes a token for a message. False if there is none. If the type has been given another limit meanwhile, its
  /// bucket starts anew. O(message types received).
  [[nodiscard]] bool try_consume(const custom_message& type, io::time_point now);

private:
  struct bucket {
    std::uint8_t code;
    rate_limit limit;
    io::token_bucket tokens;
  };

  std::vector<bucket> buckets_;
};

}  // namespace pappus::peer
