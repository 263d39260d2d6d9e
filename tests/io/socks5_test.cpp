// Connections through a SOCKS5 proxy that is simulated, well-behaved or not.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/when_all.hpp>
#include <pappus/io/socks5.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/sim/world.hpp>

namespace socks5_test {

using namespace pappus;
using namespace std::chrono_literals;
using io::socks5_errc;

namespace {

using byte_vector = std::vector<std::byte>;

byte_vector bytes(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  byte_vector made;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    made.push_back(static_cast<std::byte>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return made;
}

/// What the proxy waits for, and what it then sends; both in hexadecimal.
struct step {
  std::string_view expected;
  std::string_view sent;
  io::duration after = 0s;       // it waits so long before it sends
  io::duration byte_after = 0s;  // and so long before each byte
};

constexpr std::string_view no_authentication = "050100";
constexpr std::string_view to_v4 =
    "05010001"
    "01020304"
    "0d56";
constexpr std::string_view connected_by_v4 =
    "05000001"
    "0a000001"
    "1234";

const io::socks5_target target{ip_address::v4(0x01020304), 3414};

struct stage {
  /// Runs the steps of a proxy with one client; returns what became of the client's connection.
  result<io::stream_ptr> play(const std::vector<step>& steps, io::socks5_target to = target,
                              std::optional<io::socks5_credentials> credentials = std::nullopt) {
    auto listener = machine.runtime().listen({{}, 1080}).value();
    io::socks5_proxy proxy{{machine.address(), 1080}, std::move(credentials)};
    proxy.allows_no_authentication = allows_no_authentication;
    auto both =
        world.run(when_all(connect(client.runtime(), std::move(proxy), std::move(to)), serve(*listener, steps)));
    return std::move(std::get<0>(both));
  }

  static task<result<io::stream_ptr>> connect(io::runtime& on, io::socks5_proxy proxy, io::socks5_target to) {
    co_return co_await io::connect_by_socks5(on, std::move(proxy), std::move(to));
  }

  task<void> serve(io::listener& at, const std::vector<step>& steps) {
    auto accepted = co_await at.accept();
    if (!accepted) co_return;
    over = std::move(*accepted);
    for (const step& each : steps) {
      byte_vector got(each.expected.size() / 2);
      const auto arrived = co_await over->read_exact(got);
      if (!arrived) co_return;  // the client has given up
      CHECK(got == bytes(each.expected));
      if (each.after != 0s) static_cast<void>(co_await io::sleep_for(machine.runtime(), each.after));
      for (const std::byte& piece : bytes(each.sent)) {
        if (each.byte_after != 0s) static_cast<void>(co_await io::sleep_for(machine.runtime(), each.byte_after));
        const auto sent = co_await over->write_all(io::const_buffer{&piece, 1});
        if (!sent) co_return;
      }
    }
    if (closes) over.reset();
  }

  sim::world world{1};
  sim::machine& client{world.add_machine()};
  sim::machine& machine{world.add_machine()};
  io::stream_ptr over;  // of the proxy
  bool closes = false;  // after the steps
  bool allows_no_authentication = false;
};

std::error_code error_of(const std::vector<step>& steps, bool closes = false,
                         std::optional<io::socks5_credentials> credentials = std::nullopt) {
  stage on;
  on.closes = closes;
  const auto outcome = on.play(steps, target, std::move(credentials));
  return outcome ? std::error_code{} : outcome.error();
}

}  // namespace

TEST_CASE("the proxy is asked for an address of either family, or a name that it resolves") {
  const std::string onion = std::string(56, 'a') + ".onion";
  std::string asks_for_name =
      "05010003"
      "3e";
  for (int i = 0; i != 56; ++i) asks_for_name += "61";
  asks_for_name +=
      "2e6f6e696f6e"
      "0d56";
  const std::array<std::pair<io::socks5_target, std::string>, 3> cases{
      std::pair{target, std::string{to_v4}},
      std::pair{io::socks5_target{ip_address::parse("2001:db8::1").value(), 0x0102},
                std::string{"05010004"
                            "20010db8000000000000000000000001"
                            "0102"}},
      std::pair{io::socks5_target{onion, 3414}, asks_for_name}};
  for (const auto& [to, request] : cases) {
    stage on;
    const auto outcome = on.play({{no_authentication, "0500"}, {request, connected_by_v4}}, to);
    REQUIRE(outcome);
    CHECK((*outcome)->remote_endpoint() == io::endpoint{on.machine.address(), 1080});
  }
}

TEST_CASE("name and password are sent if they are given, and nothing else is offered then") {
  stage on;
  const auto outcome = on.play({{"050102", "0502"},
                                {"01"
                                 "04"
                                 "6e616d65"
                                 "02"
                                 "7077",
                                 "0100"},
                                {to_v4, connected_by_v4}},
                               target, io::socks5_credentials{"name", "pw"});
  CHECK(outcome);
  const io::socks5_credentials some{"a", "b"};
  CHECK(error_of({{"050102", "0500"}}, false, some) == socks5_errc::malformed_reply);
  CHECK(error_of({{"050102", "05ff"}}, false, some) == socks5_errc::no_acceptable_method);
  CHECK(error_of({{"050102", "0502"}, {"0101610162", "0101"}}, false, some) == socks5_errc::authentication_failed);
  CHECK(error_of({{"050102", "0502"}, {"0101610162", "0500"}}, false, some) == socks5_errc::malformed_reply);
}

TEST_CASE("a proxy that knows no passwords is used without, if it may be") {
  const io::socks5_credentials some{"a", "b"};
  const std::vector<step> without{{"05020002", "0500"}, {to_v4, connected_by_v4}};
  const std::vector<step> with{{"05020002", "0502"}, {"0101610162", "0100"}, {to_v4, connected_by_v4}};
  for (const auto& steps : {without, with}) {
    stage on;
    on.allows_no_authentication = true;
    CHECK(on.play(steps, target, some));
  }
}

TEST_CASE("what the target sends after the proxy's reply is read from the stream, whatever address the proxy names") {
  std::string longest =
      "05000003"
      "ff";
  for (int i = 0; i != 255; ++i) longest += "78";
  for (const std::string& bound : {std::string{connected_by_v4},
                                   std::string{"05000003"
                                               "00"
                                               "0000"},
                                   longest + "0000",
                                   std::string{"05000004"
                                               "00000000000000000000000000000001"
                                               "0000"}}) {
    stage on;
    const std::string with_data = bound + "68656c6c6f";
    auto outcome = on.play({{no_authentication, "0500"}, {to_v4, with_data}});
    REQUIRE(outcome);
    byte_vector got(5);
    auto read = [](io::stream& from, byte_vector& into) -> task<result<std::size_t>> {
      co_return co_await from.read_exact(into);
    };
    CHECK(on.world.run(read(**outcome, got)));
    CHECK(got == bytes("68656c6c6f"));
  }
}

TEST_CASE("each code of a reply is an error of its own, those that are unknown are one") {
  const auto replied = [](int code) {
    std::string reply = "05000001";
    reply[2] = "0123456789abcdef"[code >> 4];
    reply[3] = "0123456789abcdef"[code & 15];
    return error_of({{no_authentication, "0500"}, {to_v4, reply}});
  };
  constexpr std::array plain{socks5_errc::general_failure,       socks5_errc::not_allowed,
                             socks5_errc::network_unreachable,   socks5_errc::host_unreachable,
                             socks5_errc::connection_refused,    socks5_errc::ttl_expired,
                             socks5_errc::command_not_supported, socks5_errc::address_type_not_supported};
  constexpr std::array of_tor{socks5_errc::onion_descriptor_not_found,  socks5_errc::onion_descriptor_invalid,
                              socks5_errc::onion_introduction_failed,   socks5_errc::onion_rendezvous_failed,
                              socks5_errc::onion_authorization_missing, socks5_errc::onion_authorization_wrong,
                              socks5_errc::onion_address_invalid,       socks5_errc::onion_introduction_timed_out};
  for (int code = 1; code != 256; ++code) {
    CAPTURE(code);
    const auto index = static_cast<std::size_t>(code);
    const socks5_errc expected = code <= 8                     ? plain[index - 1]
                                 : code >= 0xf0 && code < 0xf8 ? of_tor[index - 0xf0]
                                                               : socks5_errc::unassigned_reply;
    CHECK(replied(code) == expected);
    CHECK_FALSE(make_error_code(expected).message().empty());
  }
  CHECK(make_error_code(socks5_errc::connection_refused) == std::errc::connection_refused);
  CHECK(make_error_code(socks5_errc::host_unreachable) == std::errc::host_unreachable);
  CHECK(make_error_code(socks5_errc::network_unreachable) == std::errc::network_unreachable);
}

TEST_CASE("what is no SOCKS5 is refused where it differs") {
  for (const std::string_view method : {"0400", "0000", "4854", "0501", "0502", "0580"}) {
    CAPTURE(method);
    CHECK(error_of({{no_authentication, method}}) == socks5_errc::malformed_reply);
  }
  CHECK(error_of({{no_authentication, "05ff"}}) == socks5_errc::no_acceptable_method);
  for (const std::string_view reply : {"04000001", "00000001", "05000000", "05000002", "05000005", "050000ff"}) {
    CAPTURE(reply);
    CHECK(error_of({{no_authentication, "0500"}, {to_v4, reply}}) == socks5_errc::malformed_reply);
  }
}

TEST_CASE("a proxy that closes the connection at any byte ends the attempt") {
  const std::string all = std::string{"0500"} + std::string{connected_by_v4};
  for (std::size_t sent = 0; sent != all.size(); sent += 2) {
    CAPTURE(sent);
    const std::string_view method = std::string_view{all}.substr(0, std::min<std::size_t>(sent, 4));
    const std::string_view reply = std::string_view{all}.substr(4, sent > 4 ? sent - 4 : 0);
    std::vector<step> steps{{no_authentication, method}};
    if (sent >= 4) steps.push_back({to_v4, reply});
    CHECK(error_of(steps, true) == make_error_code(errc::end_of_stream));
  }
}

TEST_CASE("a proxy that is slow at any step is given up when its time is over, and not before") {
  CHECK(error_of({{no_authentication, "0500", 9s}, {to_v4, connected_by_v4, 59s}}) == std::error_code{});
  CHECK(error_of({{no_authentication, "0500", 11s}}) == make_error_code(socks5_errc::proxy_timed_out));
  CHECK(error_of({{no_authentication, "0500"}, {to_v4, connected_by_v4, 61s}}) == make_error_code(errc::timed_out));
  CHECK(error_of({{no_authentication, "0500"}, {to_v4, "05000001"}}) == make_error_code(socks5_errc::proxy_timed_out));
  CHECK(error_of({{no_authentication, "05"}}) == make_error_code(socks5_errc::proxy_timed_out));
}

TEST_CASE("a proxy that drips is given up at the same time as one that is silent") {
  CHECK(error_of({{no_authentication, "0500", 0s, 4s}, {to_v4, connected_by_v4}}) == std::error_code{});
  CHECK(error_of({{no_authentication, "0500", 0s, 6s}}) == make_error_code(socks5_errc::proxy_timed_out));
  const step drips{to_v4, connected_by_v4, 0s, 2s};  // four bytes say whether it is connected, six more are an address
  CHECK(error_of({{no_authentication, "0500"}, drips}) == make_error_code(socks5_errc::proxy_timed_out));
}

TEST_CASE("where no proxy listens the connection is refused") {
  stage on;
  const auto outcome =
      on.world.run(stage::connect(on.client.runtime(), io::socks5_proxy{{on.machine.address(), 1080}}, target));
  CHECK(outcome.error() == std::errc::connection_refused);
}

TEST_CASE("the longest names and credentials are sent whole") {
  const std::string longest(255, 'x');
  const auto hex = [](std::size_t count) {
    std::string made;
    for (std::size_t i = 0; i != count; ++i) made += "78";
    return made;
  };
  const std::string password = "01ff" + hex(255) + "ff" + hex(255);
  const std::string request = "05010003ff" + hex(255) + "0001";
  stage on;
  CHECK(on.play({{"050102", "0502"}, {password, "0100"}, {request, connected_by_v4}}, {longest, 1},
                io::socks5_credentials{longest, longest}));
}

TEST_CASE("names and credentials that SOCKS5 cannot express are refused, and the proxy hears nothing") {
  sim::world world{1};
  sim::machine& client = world.add_machine();
  const io::endpoint nobody{ip_address::v4(0x08080808), 1080};
  const auto outcome_of = [&](std::string host, std::optional<io::socks5_credentials> credentials) {
    return world
        .run(stage::connect(client.runtime(), io::socks5_proxy{nobody, std::move(credentials)},
                            io::socks5_target{std::move(host), 1}))
        .error();
  };
  for (const std::string& host : {std::string{}, std::string(256, 'x')}) {
    CHECK(outcome_of(host, std::nullopt) == std::errc::invalid_argument);
  }
  for (const std::string& text : {std::string{}, std::string(256, 'x')}) {
    CHECK(outcome_of("host", io::socks5_credentials{text, "b"}) == std::errc::invalid_argument);
    CHECK(outcome_of("host", io::socks5_credentials{"a", text}) == std::errc::invalid_argument);
  }
  CHECK(world.now() == io::time_point{});
}

TEST_CASE("a stop ends the attempt at each step") {
  for (const std::chrono::milliseconds after : {1ms, 25ms, 45ms, 65ms, 85ms, 5000ms}) {
    stage on;
    auto stopped = [](stage* at, io::duration wait) -> task<void> {
      coro::stop_source stop;
      auto listener = at->machine.runtime().listen({{}, 1080}).value();
      const std::vector<step> steps{{no_authentication, "0500"}, {to_v4, connected_by_v4, 10s}};
      auto request_stop = [](stage* of, coro::stop_source& what, io::duration later) -> task<void> {
        static_cast<void>(co_await io::sleep_for(of->client.runtime(), later));
        what.request_stop();
      };
      auto attempt = [](stage* of, coro::stop_source& by, io::listener& proxy) -> task<void> {
        auto connecting = stage::connect(of->client.runtime(), io::socks5_proxy{{of->machine.address(), 1080}}, target);
        const auto outcome = co_await std::move(connecting).with_stop_token(by.token());
        CHECK(outcome.error() == make_error_code(errc::canceled));
        proxy.close();
      };
      auto all =
          co_await when_all(attempt(at, stop, *listener), request_stop(at, stop, wait), at->serve(*listener, steps));
      static_cast<void>(all);
    };
    on.world.run(stopped(&on, after));
  }
}

}  // namespace socks5_test
