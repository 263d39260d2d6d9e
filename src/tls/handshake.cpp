#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <pappus/coro/budget.hpp>
#include <pappus/error.hpp>
#include <pappus/tls/errc.hpp>
#include <pappus/tls/handshake.hpp>

#include "session.hpp"
#include "stream.hpp"

namespace pappus::tls {
namespace {

/// Cost of a step of a handshake, units of a turn's budget: about that of a signature with a key of 2048 bits.
constexpr std::size_t step_cost = 500;

task<result<void>> send(session& from, io::stream& below) {
  if (from.outgoing().empty()) co_return result<void>{};
  auto written = co_await below.write_all(from.outgoing());
  from.outgoing().clear();
  co_return written;
}

task<result<void>> perform(session& encryption, io::stream& below) {
  for (;;) {
    co_await coro::consume_budget(step_cost);
    const session::progress came = encryption.handshake();
    const auto sent = co_await send(encryption, below);  // an alert, too
    if (came == session::progress::failed) co_return failure{encryption.error()};
    if (!sent) co_return failure{sent.error()};
    if (came == session::progress::done) co_return result<void>{};
    const auto received = co_await below.read_view();
    if (!received) {
      const bool is_cut = received.error() == make_error_code(pappus::errc::end_of_stream);
      co_return failure{is_cut ? make_error_code(errc::truncated) : received.error()};
    }
    encryption.feed(*received);
    encryption.keep();
  }
}

task<result<tls_stream>> encrypt(io::runtime& runtime, io::stream_ptr below, context settings, role as,
                                 std::string name, std::optional<key_hash>* peer_key) {
  PAPPUS_CO_TRY(encryption, session::make(std::move(settings), as, name, runtime.wall_clock()));
  const auto performed = co_await perform(*encryption, *below);
  if (peer_key != nullptr) *peer_key = encryption->peer_key();
  if (!performed) co_return failure{performed.error()};
  tls_stream made;
  made.version = encryption->version();
  made.protocol = encryption->protocol();
  made.peer_key = encryption->peer_key();
  auto* const encrypted = new stream{runtime, std::move(below), std::move(encryption)};
  made.stream.reset(encrypted);
  encrypted->start();
  co_return std::move(made);
}

}  // namespace

task<result<tls_stream>> connect(io::runtime& runtime, io::stream_ptr below, context settings, std::string name,
                                 std::optional<key_hash>* peer_key) {
  if (name.empty() && session::needs_name(settings)) {
    co_return failure{std::make_error_code(std::errc::invalid_argument)};
  }
  co_return co_await encrypt(runtime, std::move(below), std::move(settings), role::client, std::move(name), peer_key);
}

task<result<tls_stream>> accept(io::runtime& runtime, io::stream_ptr below, context settings,
                                std::optional<key_hash>* peer_key) {
  co_return co_await encrypt(runtime, std::move(below), std::move(settings), role::server, std::string{}, peer_key);
}

}  // namespace pappus::tls
