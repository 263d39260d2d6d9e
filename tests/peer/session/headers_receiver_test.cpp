// How the headers that the node has requested reach it while they arrive.
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/grin_data.hpp>

#include <pappus/peer/session/headers_receiver.hpp>
#include <pappus/sim/world.hpp>

namespace session_headers_receiver_test {

using namespace pappus;
using peer::headers_receiver;
using peer::headers_request;
using support::grin_message;

namespace {

/// For which some headers are from the future, and nothing else happens.
class chain_of_headers final : public peer::chain_message_handler {
public:
  std::optional<wire::hash> future;

  void received(peer::session&, const wire::messages::header&) override {}
  void received(peer::session&, const wire::messages::compact_block&) override {}
  void received(peer::session&, const wire::messages::block&) override {}
  [[nodiscard]] bool is_from_future(const wire::header& header) override { return header.hash() == future; }
  void requested(peer::session&, const peer::chain_request&) override {}
};

struct received_headers {
  sim::world world{1};
  io::runtime& runtime = world.add_machine().runtime();
  peer::request_counts counts;
  peer::pending_requests requests{runtime, counts};
  chain_of_headers chain;
  headers_receiver receiver{requests, chain};
  wire::codec_context codec{wire::latest_version, wire::chain_parameters_for(wire::chain_type::usernet).limits};

  wire::messages::headers message = grin_message<wire::messages::headers>("512");
  wire::bytes body = wire::encode(message, wire::latest_version).value();
  std::vector<wire::hash> passed_on;
  std::optional<peer::headers_response> completed_with;

  void request() {
    const auto note = [this](std::span<const wire::header> batch) {
      for (const auto& each : batch) passed_on.push_back(each.hash());
    };
    const auto done = [this](const auto& outcome) {
      if (outcome) completed_with = *outcome;
    };
    requests.add(headers_request{{}, note}, done, {});
  }

  void receive(std::size_t bytes) {
    for (;;) {
      const auto has_batch = receiver.receive_batch(wire::bytes_view{body}.first(bytes), codec);
      REQUIRE(has_batch);
      if (!*has_batch) return;
    }
  }
};

}  // namespace

TEST_CASE("headers are passed on while they arrive, and their number completes the request") {
  received_headers at;
  at.request();
  at.receive(at.body.size() / 2);
  CHECK(at.passed_on.size() >= 224);
  CHECK(at.passed_on.size() <= 256);
  CHECK_FALSE(at.completed_with);
  at.receive(at.body.size());
  CHECK(at.receiver.finish(at.body, at.codec));
  CHECK(at.passed_on.size() == 512);
  CHECK(at.completed_with == peer::headers_response{512});
}

TEST_CASE("a header from the future is left out with all that follow it, but not those of the next message") {
  received_headers at;
  at.chain.future = at.message.values[100].hash();
  at.request();
  at.receive(at.body.size());
  CHECK(at.receiver.finish(at.body, at.codec));
  CHECK(at.passed_on.size() == 100);
  CHECK(at.completed_with == peer::headers_response{100, true});

  at.chain.future.reset();
  at.request();
  at.receive(at.body.size());
  CHECK(at.receiver.finish(at.body, at.codec));
  CHECK(at.completed_with == peer::headers_response{512});
}

TEST_CASE("headers that were not requested are not decoded") {
  received_headers at;
  at.body.assign(1000, std::byte{0xff});
  at.receive(at.body.size());
  CHECK(at.receiver.finish(at.body, at.codec));
  CHECK(at.passed_on.empty());
}

TEST_CASE("bytes after the last header are an error, and the request stays open") {
  received_headers at;
  at.request();
  at.body.push_back(std::byte{0});
  at.receive(at.body.size());
  CHECK_FALSE(at.receiver.finish(at.body, at.codec));
  CHECK_FALSE(at.completed_with);
  CHECK(at.requests.size() == 1);
}

}  // namespace session_headers_receiver_test
