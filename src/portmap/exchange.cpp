#include "exchange.hpp"

#include <pappus/io/random.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/portmap/error.hpp>

namespace pappus::portmap {
namespace {

/// Whether the system would not take a datagram now, which is as if it were lost.
bool is_lost(const result<void>& sent) noexcept {
  return !sent && (sent.error() == std::errc::resource_unavailable_try_again ||
                   sent.error() == std::errc::operation_would_block || sent.error() == std::errc::no_buffer_space);
}

/// The first packet that is accepted before `until`; fails with `errc::timed_out` if there is none.
task<result<io::const_buffer>> receive(io::runtime& runtime, io::datagram_socket& over, io::time_point until,
                                       const std::function<bool(io::const_buffer)>& accepts, io::buffer room) {
  while (runtime.now() < until) {
    const auto received = co_await io::with_deadline(runtime, until, over.receive(room));
    if (!received) co_return failure{received.error()};
    if (!received->truncated && accepts(received->bytes)) co_return received->bytes;
  }
  co_return failure{make_error_code(errc::timed_out)};
}

}  // namespace

task<result<io::const_buffer>> exchange(io::runtime& runtime, io::datagram_socket& over, io::const_buffer request,
                                        retransmission how, const std::function<bool(io::const_buffer)>& accepts,
                                        io::buffer room) {
  io::duration wait = how.initial;
  for (int attempt = 0; attempt != how.max_attempts; ++attempt) {
    const auto sent = over.send(request);
    if (!sent && !is_lost(sent)) co_return failure{sent.error()};
    const std::chrono::duration<double, io::duration::period> nominal = wait;
    const io::duration drawn{nominal * (1 + how.jitter * (2 * io::random_unit(runtime) - 1))};
    const io::time_point until = io::saturating_add(runtime.now(), drawn);
    const auto received = co_await receive(runtime, over, until, accepts, room);
    if (received || received.error() != make_error_code(errc::timed_out)) co_return received;
    wait *= 2;
  }
  co_return failure{make_error_code(mapping_errc::no_response)};
}

}  // namespace pappus::portmap
