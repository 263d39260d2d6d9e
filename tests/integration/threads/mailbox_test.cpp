// Mailboxes and their receivers, on one thread.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/integration/threads/blocking_receiver.hpp>
#include <pappus/integration/threads/loop_receiver.hpp>
#include <pappus/sim/world.hpp>

namespace threads_mailbox_test {

using namespace pappus;
using namespace std::chrono_literals;
using integration::envelope;
using integration::mailbox;

namespace {

std::vector<std::uint32_t> take_all(mailbox& from) {
  std::array<envelope, 7> some;
  std::vector<std::uint32_t> kinds;
  while (const std::size_t count = from.receive(some)) {
    for (std::size_t i = 0; i != count; ++i) kinds.push_back(some[i].kind);
  }
  return kinds;
}

}  // namespace

TEST_CASE("envelopes arrive in the order of their sender, with their content") {
  mailbox mail{100, [] {}};
  mailbox::sender one{mail};
  for (std::uint32_t n = 0; n != 50; ++n) CHECK(one.send({n, std::make_shared<const std::uint32_t>(n)}));
  std::array<envelope, 64> taken;
  REQUIRE(mail.receive(taken) == 50);
  for (std::uint32_t n = 0; n != 50; ++n) {
    CHECK(taken[n].kind == n);
    CHECK(taken[n].as<std::uint32_t>() == n);
  }
}

TEST_CASE("a full mailbox refuses envelopes, counts them, and has room again when some were taken") {
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{2}, std::size_t{10}, std::size_t{1000}}) {
    mailbox mail{capacity, [] {}};
    for (int round = 0; round != 3; ++round) {
      for (std::size_t n = 0; n != capacity; ++n) CHECK(mail.send({}));
      CHECK_FALSE(mail.send({}));
      CHECK(take_all(mail).size() == capacity);
    }
    CHECK(mail.statistics().refused == 3);
  }
}

TEST_CASE("a sender keeps no more credits than it returns") {
  constexpr std::size_t capacity = 1000;
  mailbox mail{capacity, [] {}};
  {
    mailbox::sender one{mail};
    mailbox::sender two{mail};
    CHECK(one.send({}));
    CHECK(two.send({}));
    std::size_t others = 0;
    while (mail.send({})) ++others;
    CHECK(others >= capacity - 2 * 64);
    CHECK(one.send({}));  // it had acquired some
  }
  while (mail.send({})) {
  }
  CHECK(take_all(mail).size() == capacity);
}

TEST_CASE("refused and unreceived envelopes are destroyed") {
  const auto content = std::make_shared<const int>(1);
  {
    mailbox mail{1, [] {}};
    CHECK(mail.send({1, content}));
    CHECK_FALSE(mail.send({2, content}));
    CHECK(content.use_count() == 2);
  }
  CHECK(content.use_count() == 1);
}

TEST_CASE("the receiver is woken once, and only if it is parked") {
  int woken = 0;
  mailbox mail{10, [&woken] { ++woken; }};
  mail.send({});
  CHECK(woken == 0);
  CHECK_FALSE(mail.park());
  take_all(mail);
  CHECK(mail.park());
  mail.send({});
  mail.send({});
  CHECK(woken == 1);
  CHECK_FALSE(mail.park());
  CHECK(mail.statistics().woken == 1);
}

TEST_CASE("a loop_receiver handles envelopes in its turns, a limited number in each, and parks in between") {
  sim::world world{1};
  sim::machine& home = world.add_machine();
  std::vector<std::uint32_t> opened;
  std::vector<io::time_point> times;
  integration::loop_receiver inbox{home, 5000, [&](envelope& what) {
                                     opened.push_back(what.kind);
                                     times.push_back(world.now());
                                   }};
  world.run_for(1s);
  for (std::uint32_t n = 0; n != 1000; ++n) CHECK(inbox.mail().send({n, nullptr}));
  CHECK(opened.empty());
  world.run_for(1s);
  REQUIRE(opened.size() == 1000);
  for (std::uint32_t n = 0; n != 1000; ++n) CHECK(opened[n] == n);
  inbox.mail().send({});
  inbox.open_all();
  CHECK(opened.size() == 1001);
  CHECK(inbox.mail().statistics().woken == 2);
}

TEST_CASE("an executor gets one function at a time, which handles the waiting envelopes") {
  std::vector<std::function<void()>> posted;
  std::vector<std::uint32_t> opened;
  integration::executor_receiver inbox{1000, [&posted](std::function<void()> run) { posted.push_back(std::move(run)); },
                                       [&opened](envelope& what) { opened.push_back(what.kind); }};
  CHECK(posted.empty());
  for (std::uint32_t n = 0; n != 100; ++n) inbox.mail().send({n, nullptr});
  for (int runs = 1; !posted.empty(); ++runs) {
    REQUIRE(posted.size() == 1);
    REQUIRE(runs < 10);
    const auto next = std::move(posted.back());
    posted.pop_back();
    next();
  }
  REQUIRE(opened.size() == 100);
  for (std::uint32_t n = 0; n != 100; ++n) CHECK(opened[n] == n);
}

}  // namespace threads_mailbox_test
