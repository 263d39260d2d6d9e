// A listener in a process without free file descriptors. The conformance suite has the rest.
#include <algorithm>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <pappus/uv/loop.hpp>

namespace listener_test {

using namespace pappus;

namespace {

/// Opens all descriptors that the process may have; the limit is low while this object lives.
class no_descriptors {
public:
  no_descriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = std::min<rlim_t>(few.rlim_cur, 256);
    setrlimit(RLIMIT_NOFILE, &few);
    for (int opened = open("/dev/null", O_RDONLY); opened >= 0; opened = open("/dev/null", O_RDONLY)) {
      held_.push_back(opened);
    }
  }
  no_descriptors(const no_descriptors&) = delete;
  no_descriptors& operator=(const no_descriptors&) = delete;
  ~no_descriptors() {
    give_back(held_.size());
    setrlimit(RLIMIT_NOFILE, &before_);
  }

  void give_back(std::size_t count) {
    for (; count != 0; --count, held_.pop_back()) close(held_.back());
  }

private:
  rlimit before_{};
  std::vector<int> held_;
};

task<void> come_and_go(io::runtime* net) {
  auto listener = net->listen({pappus::ip_address::v4(0x7f000001), 0});
  REQUIRE(listener.has_value());
  std::vector<io::stream_ptr> clients;
  for (int i = 0; i != 4; ++i) {
    auto dialed = co_await net->connect((*listener)->local_endpoint());
    REQUIRE(dialed.has_value());
    clients.push_back(*std::move(dialed));
    if (i != 0) continue;
    // The sanitizer opens a pipe when it meets a type for the first time, so it must meet these types before.
    const auto before = co_await (*listener)->accept();
    CHECK(before.has_value());
  }
  // libuv has accepted the next connection by now, and holds it.
  no_descriptors none;
  none.give_back(1);
  const auto first = co_await (*listener)->accept();
  CHECK(first.has_value());
  const auto second = co_await (*listener)->accept();
  none.give_back(8);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error() == std::errc::too_many_files_open);
  const auto third = co_await (*listener)->accept();
  CHECK(third.has_value());
}

}  // namespace

TEST_CASE("a connection that comes while no descriptor is free is closed, and a later one is accepted") {
  uv::loop loop;
  loop.run(come_and_go(&loop.runtime()));
}

}  // namespace listener_test
