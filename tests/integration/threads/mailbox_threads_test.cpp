// Mailboxes and their receivers, between threads.
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <support/extremes.hpp>

#include <pappus/coro/event.hpp>
#include <pappus/integration/threads/blocking_receiver.hpp>
#include <pappus/integration/threads/loop_receiver.hpp>
#include <pappus/uv/loop.hpp>

namespace threads_mailbox_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using integration::envelope;
using integration::mailbox;

namespace {

constexpr std::uint32_t senders = 4;
constexpr std::uint32_t each_sends = 20'000;

/// Each envelope has its sender and its number; refused ones are sent again.
void send_all(mailbox& to, std::uint32_t who) {
  mailbox::sender out{to};
  for (std::uint32_t n = 0; n != each_sends; ++n) {
    const auto content = std::make_shared<const std::uint32_t>(n);
    while (!out.send({who, content})) std::this_thread::yield();
  }
}

/// Whether all have arrived, in the order of each sender.
class arrivals {
public:
  void note(const envelope& what) {
    in_order = in_order && what.as<std::uint32_t>() == next[what.kind];
    ++next[what.kind];
    ++total;
  }
  [[nodiscard]] bool complete() const { return total == senders * each_sends; }

  std::array<std::uint32_t, senders> next{};
  std::uint32_t total = 0;
  bool in_order = true;
};

std::vector<std::thread> start_senders(mailbox& to) {
  std::vector<std::thread> all;
  for (std::uint32_t who = 0; who != senders; ++who) all.emplace_back([&to, who] { send_all(to, who); });
  return all;
}

void join(std::vector<std::thread>& all) {
  for (std::thread& each : all) each.join();
}

task<void> wait_for(event* there) { static_cast<void>(co_await there->wait()); }

}  // namespace

TEST_CASE("a waiting thread gets every envelope, in the order of each sender, through a small mailbox") {
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{16}, std::size_t{4096}}) {
    integration::blocking_receiver inbox{capacity};
    auto all = start_senders(inbox.mail());
    arrivals heard;
    std::array<envelope, 32> some;
    while (!heard.complete()) {
      const std::size_t count = inbox.wait(some, 1min);
      REQUIRE(count != 0);
      for (std::size_t i = 0; i != count; ++i) heard.note(some[i]);
    }
    join(all);
    CHECK(heard.in_order);
    CHECK(inbox.poll(some) == 0);
  }
}

TEST_CASE("an envelope that arrives while the receiver parks wakes it, every time") {
  integration::blocking_receiver there{1};
  integration::blocking_receiver back{1};
  constexpr std::uint32_t rounds = 20'000;
  std::thread echo{[&] {
    std::array<envelope, 1> one;
    for (std::uint32_t n = 0; n != rounds; ++n) {
      if (there.wait(one, 1min) != 0) back.mail().send(std::move(one[0]));
    }
  }};
  std::uint32_t heard = 0;
  std::array<envelope, 1> one;
  for (std::uint32_t n = 0; n != rounds; ++n) {
    there.mail().send({n, nullptr});
    heard += back.wait(one, 1min) == 1 && one[0].kind == n ? 1 : 0;
  }
  echo.join();
  CHECK(heard == rounds);
}

TEST_CASE("a wait ends after its timeout, and when it is interrupted") {
  integration::blocking_receiver inbox{1};
  std::array<envelope, 1> one;
  CHECK(inbox.wait(one, 1ms) == 0);
  std::thread other{[&inbox] { inbox.interrupt(); }};
  CHECK(inbox.wait(one, 1min) == 0);
  other.join();
}

TEST_CASE("a loop_receiver handles every envelope, in the order of each sender, on its own thread") {
  uv::loop loop;
  arrivals heard;
  event all_heard;
  bool on_loop = true;
  const auto here = std::this_thread::get_id();
  integration::loop_receiver inbox{loop, 1000, [&](envelope& what) {
                                     heard.note(what);
                                     on_loop = on_loop && std::this_thread::get_id() == here;
                                     if (heard.complete()) all_heard.set();
                                   }};
  auto all = start_senders(inbox.mail());
  loop.run(wait_for(&all_heard));
  join(all);
  CHECK(heard.in_order);
  CHECK(on_loop);
}

TEST_CASE("the threads of an executor handle envelopes one after the other") {
  std::mutex guard;
  std::deque<std::function<void()>> posted;
  std::atomic<bool> done{false};
  const auto post = [&](std::function<void()> run) {
    const std::lock_guard held{guard};
    posted.push_back(std::move(run));
  };
  arrivals heard;
  std::atomic<int> inside{0};
  std::atomic<bool> alone{true};
  integration::executor_receiver inbox{1000, post, [&](envelope& what) {
                                         if (++inside != 1) alone = false;
                                         heard.note(what);
                                         if (heard.complete()) done = true;
                                         --inside;
                                       }};
  std::vector<std::thread> pool;
  for (int i = 0; i != 3; ++i) {
    pool.emplace_back([&] {
      while (!done) {
        std::function<void()> next;
        {
          const std::lock_guard held{guard};
          if (!posted.empty()) {
            next = std::move(posted.front());
            posted.pop_front();
          }
        }
        if (next) next();
        else std::this_thread::yield();
      }
    });
  }
  auto all = start_senders(inbox.mail());
  join(all);
  join(pool);
  CHECK(heard.in_order);
  CHECK(alone);
}

TEST_CASE("a blocking_receiver waits no longer than its timeout, or without a limit") {
  integration::blocking_receiver box{8};
  std::array<envelope, 4> into;
  for (const io::duration each : support::no_time_at_all()) CHECK(box.wait(into, each) == 0);
  for (const io::duration each : support::for_ever()) {
    std::thread sender{[&box] {
      std::this_thread::sleep_for(5ms);
      while (!box.mail().send({1, std::make_shared<const int>(7)})) std::this_thread::yield();
    }};
    CHECK(box.wait(into, each) == 1);
    sender.join();
    for (const io::duration none : support::no_time_at_all()) {
      while (!box.mail().send({1, std::make_shared<const int>(7)})) std::this_thread::yield();
      CHECK(box.wait(into, none) == 1);
    }
  }
}

}  // namespace threads_mailbox_threads_test
