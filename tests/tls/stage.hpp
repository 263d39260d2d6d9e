// Two ends of a connection on either runtime, an authority, and a server's certificate.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/stop.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/tls/context.hpp>
#include <pappus/tls/errc.hpp>
#include <pappus/tls/handshake.hpp>

#include "../sim/conformance_backend.hpp"
#include "../uv/conformance_backend.hpp"
#include "certificates.hpp"

namespace tls_test {

using tls::protocol_version;
using tls::tls_stream;

inline constexpr std::array<protocol_version, 2> both_versions{protocol_version::tls_1_2, protocol_version::tls_1_3};

/// The two runtimes, for TEST_CASE_TEMPLATE.
using simulated = simulated_backend<false>;
using real = loopback_backend<false>;

inline std::string string_of(io::const_buffer bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::error_code end_of_stream() { return make_error_code(errc::end_of_stream); }
inline std::error_code canceled() { return make_error_code(errc::canceled); }

/// The error of a result; none if it has a value.
template <class T>
std::error_code error_of(const result<T>& given) {
  return given ? std::error_code{} : given.error();
}

inline task<result<io::stream_ptr>> dial(io::runtime& from, io::endpoint to) { co_return co_await from.connect(to); }
inline task<result<io::stream_ptr>> take(io::listener& at) { co_return co_await at.accept(); }
inline task<result<void>> write(io::stream& to, std::string_view bytes) { co_return co_await to.write_all(bytes); }

/// The next bytes, as text.
inline task<result<std::string>> read(io::stream& from) {
  PAPPUS_CO_TRY(view, co_await from.read_view());
  co_return string_of(view);
}

/// All bytes up to the end, and how it ends.
inline task<std::pair<std::string, std::error_code>> drain(io::stream& from) {
  std::string all;
  for (;;) {
    const auto view = co_await from.read_view();
    if (!view) co_return std::pair{std::move(all), view.error()};
    all += string_of(*view);
  }
}

/// Both ends exchange a message, and one closes.
inline task<void> expect_conversation(io::stream& one, io::stream& other) {
  auto written = co_await write(one, "seed");
  CHECK(written);
  auto got = co_await read(other);
  REQUIRE(got);
  CHECK(*got == "seed");
  written = co_await write(other, "wind");
  CHECK(written);
  got = co_await read(one);
  REQUIRE(got);
  CHECK(*got == "wind");
  one.close();
  got = co_await read(other);
  CHECK(error_of(got) == end_of_stream());
}

struct plain_ends {
  io::stream_ptr client;
  io::stream_ptr server;
};

/// What became of a handshake on both sides.
struct tls_ends {
  result<tls_stream> client{failure{std::error_code{}}};
  result<tls_stream> server{failure{std::error_code{}}};

  [[nodiscard]] io::stream& from_client() const { return *client->stream; }
  [[nodiscard]] io::stream& from_server() const { return *server->stream; }
};

template <class Backend>
class stage {
public:
  /// `arguments`: of the backend.
  template <class... Arguments>
  explicit stage(Arguments... arguments) : runtimes(arguments...) {}

  /// Runs a test, a coroutine without captures.
  template <class Body>
  static void run(Body body) {
    stage on;
    on.runtimes.run(body(on));
  }

  [[nodiscard]] io::runtime& client() noexcept { return runtimes.client(); }
  [[nodiscard]] io::runtime& server() noexcept { return runtimes.server(); }

  /// Of a client that accepts what the authority has signed.
  [[nodiscard]] tls::client_options client_options() {
    tls::client_options made;
    made.servers.authorities = files.certificates({&authority});
    return made;
  }
  [[nodiscard]] tls::server_options server_options() { return server_with(certified); }
  /// With a certificate, and its issuers. (g++ 12 compiles no initializer list in an awaiting expression.)
  template <class... Issuers>
  [[nodiscard]] tls::server_options server_with(const identity& own, const Issuers&... issuers) {
    return server_options({&own, &issuers...});
  }
  [[nodiscard]] tls::server_options server_options(const std::vector<const identity*>& chain) {
    tls::server_options made;
    made.own = files.files(chain);
    return made;
  }

  [[nodiscard]] task<plain_ends> connect() {
    auto listener = server().listen(runtimes.anywhere()).value();
    auto both = co_await when_all(dial(client(), listener->local_endpoint()), take(*listener));
    plain_ends made;
    made.client = std::move(std::get<0>(both)).value();
    made.server = std::move(std::get<1>(both)).value();
    co_return std::move(made);
  }

  /// A handshake of both sides.
  [[nodiscard]] task<tls_ends> shake_hands(tls::client_options of_client, tls::server_options of_server,
                                           std::string name = "server.example") {
    plain_ends plain = co_await connect();
    auto both = co_await when_all(
        tls::connect(client(), std::move(plain.client), tls::context::client(of_client).value(), std::move(name)),
        tls::accept(server(), std::move(plain.server), tls::context::server(of_server).value()));
    tls_ends made;
    made.client = std::move(std::get<0>(both));
    made.server = std::move(std::get<1>(both));
    co_return std::move(made);
  }
  [[nodiscard]] task<tls_ends> shake_hands() { return shake_hands(client_options(), server_options()); }

  Backend runtimes;
  pem_folder files;
  const io::wall_time now = runtimes.server().wall_clock();
  const identity authority{now, {"authority", "", true}};
  const identity certified{
      now, {"server", "DNS:server.example,DNS:*.wild.example,IP:192.0.2.1,IP:2001:db8::1"}, &authority};
};

}  // namespace tls_test
