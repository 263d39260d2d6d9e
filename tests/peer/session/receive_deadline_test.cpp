// Until when the reader of a session waits for its peer.
#include <chrono>

#include <doctest/doctest.h>

#include <pappus/io/timer.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/pending_requests.hpp>
#include <pappus/peer/session/receive_deadline.hpp>
#include <pappus/sim/world.hpp>

namespace session_receive_deadline_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::receive_deadline;
using wire::messages::get_output_segment;

namespace {

/// A deadline as a session has it, in a world of its own.
struct reader {
  sim::world world{1};
  io::runtime& runtime = world.add_machine().runtime();
  peer::request_counts counts;
  peer::pending_requests requests{runtime, counts};
  receive_deadline* registration = nullptr;
  receive_deadline deadline{runtime, {}, requests, registration};

  /// Sends a request whose response is bulky: the peer may be silent until `limits::response_timeout`.
  void request_segment() {
    requests.add(
        get_output_segment{}, [](const auto&) {}, 0s);
  }

  [[nodiscard]] bool expires_within(io::duration time) {
    world.run_for(time);
    return deadline.expired();
  }
};

}  // namespace

TEST_CASE("it is registered while it lives") {
  sim::world world{1};
  io::runtime& runtime = world.add_machine().runtime();
  peer::request_counts counts;
  const peer::pending_requests requests{runtime, counts};
  receive_deadline* registration = nullptr;
  {
    const receive_deadline deadline{runtime, {}, requests, registration};
    CHECK(registration == &deadline);
  }
  CHECK(registration == nullptr);
}

TEST_CASE("a silent peer is idle, one that does not complete its frame is late") {
  reader silent;
  silent.deadline.expect_frame(io::never);
  CHECK_FALSE(silent.expires_within(peer::limits::idle_timeout - 1s));
  CHECK(silent.expires_within(2s));
  CHECK_FALSE(silent.deadline.frame_is_late());

  reader slow;
  slow.deadline.expect_frame(io::saturating_add(slow.runtime.now(), 10s));
  CHECK_FALSE(slow.expires_within(9s));
  CHECK(slow.expires_within(2s));
  CHECK(slow.deadline.frame_is_late());
}

TEST_CASE("it never expires while the node pauses") {
  reader paused;
  paused.deadline.expect_frame(io::never);
  paused.deadline.cancel();
  CHECK_FALSE(paused.expires_within(1h));
}

TEST_CASE("a request for a segment that is sent during a read extends it") {
  reader reads;
  reads.deadline.expect_frame(io::never);
  CHECK_FALSE(reads.expires_within(20s));
  reads.request_segment();
  reads.deadline.extend();
  CHECK_FALSE(reads.expires_within(peer::limits::response_timeout - 1s));
  CHECK(reads.expires_within(2s));
}

TEST_CASE("without such a request it is not extended") {
  reader reads;
  reads.deadline.expect_frame(io::never);
  CHECK_FALSE(reads.expires_within(20s));
  reads.deadline.extend();
  CHECK(reads.expires_within(peer::limits::idle_timeout - 19s));
}

TEST_CASE("what is sent while the node pauses, or while an archive arrives, does not arm it for a frame") {
  reader paused;
  paused.deadline.expect_frame(io::saturating_add(paused.runtime.now(), 10s));
  paused.deadline.cancel();
  paused.request_segment();
  paused.deadline.extend();
  CHECK_FALSE(paused.expires_within(1h));

  reader reads_archive;
  reads_archive.deadline.expect_frame(io::saturating_add(reads_archive.runtime.now(), 10s));
  reads_archive.deadline.expires_at(io::saturating_add(reads_archive.runtime.now(), 30min));
  reads_archive.request_segment();
  reads_archive.deadline.extend();
  CHECK_FALSE(reads_archive.expires_within(29min));
  CHECK(reads_archive.expires_within(2min));
}

}  // namespace session_receive_deadline_test
