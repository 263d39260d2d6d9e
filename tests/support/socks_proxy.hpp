// A SOCKS5 proxy in a simulated world, which keeps a list of what it was asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/io/socks5.hpp>
#include <pappus/sim/world.hpp>

namespace support {

using namespace pappus;

/// Runs until the world ends. Speaks with and without passwords; connects to what it is asked for, by addresses, by
/// names of the world, and by `services`.
class socks_proxy {
public:
  struct request {
    std::string host;  // a name, or an address as text
    std::uint16_t port;
    std::string credentials;  // name and password; empty without
  };

  explicit socks_proxy(sim::machine& at) : at_(at) { at_.spawn(run()); }
  socks_proxy(const socks_proxy&) = delete;
  socks_proxy& operator=(const socks_proxy&) = delete;

  [[nodiscard]] io::endpoint endpoint() const noexcept { return {at_.address(), 1080}; }
  [[nodiscard]] io::socks5_proxy settings() const { return io::socks5_proxy{endpoint()}; }

  std::vector<request> requests;
  std::map<std::string, io::endpoint> services;  // of hosts that have no other name: onion services
  bool refuses = false;                          // all connections, as not allowed
  bool is_silent = false;                        // accepts connections, and says nothing over new ones
  bool knows_passwords = true;                   // else it takes none, and refuses whoever offers nothing else

private:
  /// Once more after a lack of memory, which is not to be the proxy's end.
  io::listener_ptr listen() {
    for (;;) {
      try {
        return at_.runtime().listen({at_.address().unspecified(), 1080}).value();
      } catch (const std::bad_alloc&) {
        continue;
      }
    }
  }

  task<void> run() {
    co_await with_scope([this](scope& connections) -> task<void> {
      const auto listener = listen();
      for (;;) {
        auto accepted = co_await listener->accept();
        if (!accepted) co_return;
        try {
          connections.spawn(contained(serve(std::move(*accepted))));
        } catch (const std::bad_alloc&) {
          continue;
        }
      }
    });
  }

  /// A lack of memory ends one connection only.
  static task<void> contained(task<void> connection) {
    try {
      co_await std::move(connection);
    } catch (const std::bad_alloc&) {
      co_return;
    }
  }

  static task<result<std::string>> read_text(io::stream& from) {
    std::array<std::byte, 1> length{};
    PAPPUS_CO_TRY_DISCARD(co_await from.read_exact(length));
    std::string text(std::to_integer<std::size_t>(length[0]), '\0');
    PAPPUS_CO_TRY_DISCARD(co_await from.read_exact(std::as_writable_bytes(std::span{text})));
    co_return text;
  }

  static std::vector<std::byte> bytes(const std::vector<unsigned>& values) {
    std::vector<std::byte> made;
    for (const unsigned each : values) made.push_back(static_cast<std::byte>(each));
    return made;
  }
  static std::vector<std::byte> answer(unsigned code) { return bytes({5, code, 0, 1, 0, 0, 0, 0, 0, 0}); }

  task<result<request>> read_request(io::stream& from) {
    request asked;
    std::array<std::byte, 1> version{};
    PAPPUS_CO_TRY_DISCARD(co_await from.read_exact(version));
    PAPPUS_CO_TRY(methods, co_await read_text(from));
    const bool has_password = knows_passwords && methods.find('\2') != std::string::npos;
    const bool is_acceptable = has_password || methods.find('\0') != std::string::npos;
    const auto chosen = bytes({5, has_password ? 2U : is_acceptable ? 0U : 0xffU});
    PAPPUS_CO_TRY_DISCARD(co_await from.write_all(chosen));
    if (!is_acceptable) co_return failure{make_error_code(errc::end_of_stream)};
    if (has_password) {
      PAPPUS_CO_TRY_DISCARD(co_await from.read_exact(version));
      PAPPUS_CO_TRY(name, co_await read_text(from));
      PAPPUS_CO_TRY(password, co_await read_text(from));
      asked.credentials = name + ':' + password;
      const auto accepted = bytes({1, 0});
      PAPPUS_CO_TRY_DISCARD(co_await from.write_all(accepted));
    }
    std::array<std::byte, 4> head{};
    PAPPUS_CO_TRY_DISCARD(co_await from.read_exact(head));
    if (head[3] == std::byte{3}) {
      PAPPUS_CO_TRY(name, co_await read_text(from));
      asked.host = std::move(name);
    } else {
      std::array<std::uint8_t, 16> address{};
      const std::size_t size = head[3] == std::byte{1} ? 4 : 16;
      const auto bytes = std::as_writable_bytes(std::span{address}).last(size);
      if (size == 4) address[10] = address[11] = 0xff;
      PAPPUS_CO_TRY_DISCARD(co_await from.read_exact(bytes));
      asked.host = to_string(ip_address::v6(address));
    }
    std::array<std::byte, 2> digits{};
    PAPPUS_CO_TRY_DISCARD(co_await from.read_exact(digits));
    asked.port =
        static_cast<std::uint16_t>(std::to_integer<unsigned>(digits[0]) << 8 | std::to_integer<unsigned>(digits[1]));
    co_return asked;
  }

  task<result<io::stream_ptr>> connect(const request& asked) {
    const auto service = services.find(asked.host);
    if (service != services.end()) co_return co_await at_.runtime().connect(service->second);
    if (const auto address = ip_address::parse(asked.host)) {
      co_return co_await at_.runtime().connect({*address, asked.port});
    }
    PAPPUS_CO_TRY(addresses, co_await at_.runtime().resolve(asked.host));
    co_return co_await at_.runtime().connect({addresses.front(), asked.port});
  }

  /// Ends both connections with either.
  static task<void> pass(io::stream& from, io::stream& to) {
    std::array<std::byte, 4096> piece{};
    for (;;) {
      const auto got = co_await from.read_some(piece);
      if (!got) break;
      const auto sent = co_await to.write_all(io::const_buffer{piece.data(), *got});
      if (!sent) break;
    }
    from.close();
    to.close();
  }

  task<void> serve(io::stream_ptr client) {
    while (is_silent) {
      const auto ignored = co_await client->read_view();
      if (!ignored) co_return;
    }
    const auto asked = co_await read_request(*client);
    if (!asked) co_return;
    requests.push_back(*asked);
    constexpr unsigned not_allowed = 2;
    constexpr unsigned host_unreachable = 4;
    if (refuses) {
      const auto refusal = answer(not_allowed);
      static_cast<void>(co_await client->write_all(refusal));
      co_return;
    }
    auto target = co_await connect(*asked);
    const auto outcome = answer(target ? 0 : host_unreachable);
    const auto told = co_await client->write_all(outcome);
    if (!target || !told) co_return;
    co_await with_scope([&](scope& both) {
      both.spawn(pass(*client, **target));
      both.spawn(pass(**target, *client));
    });
  }

  sim::machine& at_;
};

}  // namespace support
