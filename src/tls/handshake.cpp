#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <pappus/error.hpp>
#include <pappus/io/offload.hpp>
#include <pappus/tls/errc.hpp>
#include <pappus/tls/handshake.hpp>

#include "session.hpp"
#include "stream.hpp"

namespace pappus::tls {
namespace {

/// A step of a handshake, for a worker thread, and its result. It owns the session meanwhile, and what bounds the
/// number of steps.
struct step {
  explicit step(std::unique_ptr<session> performed) noexcept : of(std::move(performed)) {}

  step operator()() noexcept {
    came = of->handshake();
    return std::move(*this);
  }

  std::unique_ptr<session> of;
  session::progress came{};
  std::shared_ptr<coro::semaphore> bounded_by;
  std::optional<coro::semaphore::permit> permit;  // destroyed before its semaphore
};

task<result<void>> send(session& from, io::stream& below) {
  if (from.outgoing().empty()) co_return result<void>{};
  auto written = co_await below.write_all(from.outgoing());
  from.outgoing().clear();
  co_return written;
}

/// `encryption` is null after a stop during a step. What the other side sends decides what a step costs: unless
/// keys are pinned, OpenSSL decodes its certificates, with keys of any kind, before any of them can be refused.
task<result<void>> perform(io::runtime& runtime, std::unique_ptr<session>& encryption, io::stream& below,
                           std::shared_ptr<coro::semaphore> steps) {
  for (;;) {
    session::progress came{};
    {
      step next{std::move(encryption)};
      if (steps != nullptr) {
        auto acquired = co_await steps->acquire();
        if (!acquired) co_return failure{acquired.error()};
        next.bounded_by = steps;
        next.permit.emplace(std::move(*acquired));
      }
      auto performed = co_await io::offload(runtime, std::move(next));
      if (!performed) co_return failure{performed.error()};
      encryption = std::move(performed->of);
      came = performed->came;
    }
    const auto sent = co_await send(*encryption, below);  // an alert, too
    if (came == session::progress::failed) co_return failure{encryption->error()};
    if (!sent) co_return failure{sent.error()};
    if (came == session::progress::done) co_return result<void>{};
    const auto received = co_await below.read_view();
    if (!received) {
      const bool is_cut = received.error() == make_error_code(pappus::errc::end_of_stream);
      co_return failure{is_cut ? make_error_code(errc::truncated) : received.error()};
    }
    encryption->feed(*received);
    encryption->keep();
  }
}

task<result<tls_stream>> encrypt(io::runtime& runtime, io::stream_ptr below, context settings, role as,
                                 std::string name, handshake_options options) {
  PAPPUS_CO_TRY(encryption, session::make(std::move(settings), as, name, runtime.wall_clock()));
  const auto performed = co_await perform(runtime, encryption, *below, options.steps);
  if (options.peer_key != nullptr && encryption != nullptr) *options.peer_key = encryption->peer_key();
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
                                 handshake_options options) {
  if (name.empty() && session::needs_name(settings)) {
    co_return failure{std::make_error_code(std::errc::invalid_argument)};
  }
  co_return co_await encrypt(runtime, std::move(below), std::move(settings), role::client, std::move(name), options);
}

task<result<tls_stream>> accept(io::runtime& runtime, io::stream_ptr below, context settings,
                                handshake_options options) {
  co_return co_await encrypt(runtime, std::move(below), std::move(settings), role::server, std::string{}, options);
}

}  // namespace pappus::tls
