// How a test hears what became of a question.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/session/pending_requests.hpp>
#include <pappus/result.hpp>

using namespace pappus;
using peer::request_error;

/// The id of the first peer that a node has.
inline constexpr std::uint64_t the_peer = 1;

/// What a question ended in, and when.
template <peer::peer_request Request>
struct outcome {
  std::optional<result<peer::response_to<Request>>> given;
  int calls = 0;

  [[nodiscard]] std::function<void(result<peer::response_to<Request>>)> handler() {
    return [this](result<peer::response_to<Request>> got) {
      given.emplace(std::move(got));
      ++calls;
    };
  }
  [[nodiscard]] bool failed_with(request_error why) const {
    return calls == 1 && !given->has_value() && given->error() == why;
  }
};
