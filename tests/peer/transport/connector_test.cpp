// Which way connections go, and what is looked up where.
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/socks_proxy.hpp>

#include <pappus/peer/transport/connector.hpp>

namespace transport_connector_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::connector;
using peer::transport_errc;
using peer::transport_options;
using peer::transport_rule;
using peer::transport_type;

namespace {

const std::string onion = std::string(55, 'a') + "7.onion";

struct fixture {
  fixture() {
    world.trace([this](std::string_view line) {
      const std::string who = to_string(here.address()) + ' ';
      if (line.find(who + "connects to ") != line.npos || line.find(who + "looks up ") != line.npos) {
        calls.emplace_back(line.substr(line.find(who) + who.size()));
      }
    });
    world.set_name("host.example", {there.address()});
    proxy.services[onion] = {there.address(), 3414};
    there.spawn(accept_all());
  }

  task<void> accept_all() {
    auto listener = there.runtime().listen({{}, 3414}).value();
    std::vector<io::stream_ptr> accepted;
    for (;;) {
      auto next = co_await listener->accept();
      if (!next) co_return;
      accepted.push_back(std::move(*next));
    }
  }

  /// What comes of connecting to a host, and how.
  std::error_code connect(connector& by, std::string host) {
    auto both = [](connector& paths, std::string name) -> task<std::error_code> {
      const auto found = co_await paths.resolve(std::move(name));
      if (!found) co_return found.error();
      const auto connected = co_await paths.connect({found->front(), 3414});
      co_return connected ? std::error_code{} : connected.error();
    };
    return world.run(both(by, std::move(host)));
  }

  [[nodiscard]] transport_options options(transport_rule rule) const {
    transport_options how;
    how.rule = rule;
    how.proxy = proxy.settings();
    return how;
  }

  sim::world world{1};
  sim::machine& here = world.add_machine();
  sim::machine& there = world.add_machine();
  support::socks_proxy proxy{world.add_machine()};
  std::vector<std::string> calls;  // of the sockets and the resolver of this machine
};

}  // namespace

TEST_CASE("without a proxy addresses are connected to, names looked up, and onion services neither") {
  fixture on;
  connector paths{on.here.runtime(), {}};
  CHECK(on.connect(paths, "host.example") == std::error_code{});
  CHECK(on.calls == std::vector<std::string>{"looks up host.example",
                                             "connects to " + to_string(io::endpoint{on.there.address(), 3414})});
  on.calls.clear();
  for (const std::string& name : {onion, std::string{"facebook.ONION"}, std::string{"a.onion."}}) {
    CHECK(on.connect(paths, name) == transport_errc::no_onion_proxy);
  }
  CHECK(on.calls.empty());
}

TEST_CASE("with a proxy nothing is looked up or connected to but the proxy, whatever the host") {
  fixture on;
  connector paths{on.here.runtime(), on.options(transport_rule::proxy)};
  for (const std::string& host : {std::string{"host.example"}, to_string(on.there.address()), onion}) {
    CHECK(on.connect(paths, host) == std::error_code{});
    CHECK(on.proxy.requests.back().host == host);
    CHECK(on.proxy.requests.back().port == 3414);
  }
  CHECK(on.connect(paths, "nowhere.example") == io::socks5_errc::host_unreachable);
  CHECK(on.calls == std::vector(4, "connects to " + to_string(on.proxy.endpoint())));
}

TEST_CASE("onion services alone are connected to if that is the rule") {
  fixture on;
  connector paths{on.here.runtime(), on.options(transport_rule::onion_only)};
  CHECK(on.connect(paths, "host.example") == transport_errc::onion_services_only);
  CHECK(on.connect(paths, to_string(on.there.address())) == transport_errc::onion_services_only);
  CHECK_FALSE(paths.reaches({on.there.address(), 3414}));
  CHECK(on.calls.empty());
  CHECK(on.connect(paths, onion) == std::error_code{});
  CHECK(on.calls == std::vector{"connects to " + to_string(on.proxy.endpoint())});
}

TEST_CASE("onion services have a proxy of their own if there is one, others go the way of the rule") {
  fixture on;
  transport_options how;
  how.onion_proxy = on.proxy.settings();
  connector paths{on.here.runtime(), how};
  CHECK(on.connect(paths, onion) == std::error_code{});
  CHECK(on.connect(paths, to_string(on.there.address())) == std::error_code{});
  CHECK(on.proxy.requests.size() == 1);
  const auto of_onion = on.world.run([](connector& by) -> task<io::endpoint> {
    co_return io::endpoint{(co_await by.resolve(onion)).value().front(), 3414};
  }(paths));
  CHECK(paths.transport_to(of_onion) == transport_type::onion);
  CHECK(paths.transport_to({on.there.address(), 3414}) == transport_type::direct);
  CHECK(*paths.name_of(of_onion.address) == onion);
}

TEST_CASE("connections through a proxy have credentials of their own unless it has some, or they are not wanted") {
  fixture on;
  connector apart{on.here.runtime(), on.options(transport_rule::proxy)};
  for (int i = 0; i != 2; ++i) CHECK(on.connect(apart, "host.example") == std::error_code{});
  CHECK_FALSE(on.proxy.requests[0].credentials.empty());
  CHECK(on.proxy.requests[0].credentials != on.proxy.requests[1].credentials);
  transport_options how = on.options(transport_rule::proxy);
  how.isolates = false;
  connector together{on.here.runtime(), how};
  CHECK(on.connect(together, "host.example") == std::error_code{});
  CHECK(on.proxy.requests[2].credentials.empty());
  how = on.options(transport_rule::proxy);
  how.proxy->credentials = io::socks5_credentials{"name", "secret"};
  connector with_name{on.here.runtime(), how};
  CHECK(on.connect(with_name, "host.example") == std::error_code{});
  CHECK(on.proxy.requests[3].credentials == "name:secret");
}

TEST_CASE("a proxy that knows no passwords is used without those drawn at random") {
  fixture on;
  on.proxy.knows_passwords = false;
  connector paths{on.here.runtime(), on.options(transport_rule::proxy)};
  CHECK(on.connect(paths, "host.example") == std::error_code{});
  CHECK(on.proxy.requests[0].credentials.empty());
}

TEST_CASE("a connection apart goes through a proxy whatever the rule, by credentials that no other connection has") {
  fixture on;
  const auto connect_apart = [](connector& by, io::endpoint to) -> task<std::error_code> {
    const auto connected = co_await by.connect_apart(to);
    co_return connected ? std::error_code{} : connected.error();
  };
  const io::endpoint where{on.there.address(), 3414};
  const auto settings = on.proxy.settings();
  for (const transport_rule rule : {transport_rule::direct, transport_rule::proxy}) {
    for (const bool is_for_onions : {false, true}) {
      transport_options how = on.options(rule);
      if (rule == transport_rule::direct && is_for_onions) how.proxy.reset();
      if (is_for_onions) how.onion_proxy = settings;
      how.isolates = false;
      connector paths{on.here.runtime(), how};
      CHECK_FALSE(paths.obstacle_apart(where));
      for (int i = 0; i != 2; ++i) CHECK(on.world.run(connect_apart(paths, where)) == std::error_code{});
    }
  }
  CHECK(on.calls == std::vector(8, "connects to " + to_string(on.proxy.endpoint())));
  std::set<std::string> credentials;
  for (const auto& each : on.proxy.requests) credentials.insert(each.credentials);
  CHECK(credentials.size() == 8);
  CHECK_FALSE(credentials.contains(""));
}

TEST_CASE("a connection apart is not made without a proxy, nor to an address if only onion services are connected to") {
  fixture on;
  const io::endpoint where{on.there.address(), 3414};
  CHECK(connector{on.here.runtime(), {}}.obstacle_apart(where) == transport_errc::no_proxy);
  connector onions{on.here.runtime(), on.options(transport_rule::onion_only)};
  CHECK(onions.obstacle_apart(where) == transport_errc::onion_services_only);
}

TEST_CASE("a connection apart is not made by a proxy that knows no passwords") {
  fixture on;
  on.proxy.knows_passwords = false;
  connector paths{on.here.runtime(), on.options(transport_rule::proxy)};
  const auto connect_apart = [](connector& by, io::endpoint to) -> task<std::error_code> {
    const auto connected = co_await by.connect_apart(to);
    co_return connected ? std::error_code{} : connected.error();
  };
  const std::error_code failed = on.world.run(connect_apart(paths, {on.there.address(), 3414}));
  CHECK(failed == transport_errc::no_isolation);
  CHECK(connector::is_of_proxy(failed));
  CHECK(on.proxy.requests.empty());
}

TEST_CASE("what a proxy does wrong is no failure of the host") {
  fixture on;
  connector direct{on.here.runtime(), {}};
  connector proxied{on.here.runtime(), on.options(transport_rule::proxy)};
  const io::endpoint where{on.there.address(), 3414};
  using io::socks5_errc;
  for (const std::error_code failed :
       {make_error_code(socks5_errc::not_allowed), make_error_code(socks5_errc::malformed_reply),
        make_error_code(socks5_errc::authentication_failed), make_error_code(errc::end_of_stream),
        std::make_error_code(std::errc::connection_refused)}) {
    CHECK(proxied.is_own_failure(where, failed));
  }
  for (const std::error_code failed :
       {make_error_code(socks5_errc::host_unreachable), make_error_code(socks5_errc::connection_refused),
        make_error_code(socks5_errc::onion_descriptor_not_found), make_error_code(errc::timed_out)}) {
    CHECK_FALSE(proxied.is_own_failure(where, failed));
  }
  CHECK_FALSE(direct.is_own_failure(where, std::make_error_code(std::errc::connection_refused)));
  CHECK(direct.is_own_failure(where, std::make_error_code(std::errc::too_many_files_open)));
}

TEST_CASE("an address that stands for an unknown name is not connected to") {
  fixture on;
  connector paths{on.here.runtime(), on.options(transport_rule::proxy)};
  peer::host_names elsewhere;
  const io::endpoint unknown{elsewhere.add("other.example"), 3414};
  CHECK_FALSE(paths.reaches(unknown));
  const auto connect = [](connector& by, io::endpoint to) -> task<std::error_code> {
    co_return (co_await by.connect(to)).error();
  };
  CHECK(on.world.run(connect(paths, unknown)) == transport_errc::unknown_name);
  CHECK(on.calls.empty());
}

}  // namespace transport_connector_test
