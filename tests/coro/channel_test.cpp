// Channels: order, capacity, close and stop.
#include <deque>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/yield.hpp>

#include "support/death.hpp"
#include "support/manual_loop.hpp"

namespace channel_test {

using pappus::channel;
using pappus::errc;
using pappus::result;
using pappus::task;
using support::manual_loop;
using support::started;

namespace {

task<result<void>> send(channel<int>& into, int value) { co_return co_await into.send(value); }

task<result<int>> receive(channel<int>& from) { co_return co_await from.receive(); }

task<std::vector<int>> receive_all(channel<int>& from) {
  std::vector<int> received;
  for (;;) {
    const auto value = co_await from.receive();
    if (!value) break;
    received.push_back(*value);
  }
  co_return received;
}

task<int> send_all(channel<int>& into, int from, int to) {
  int sent = 0;
  for (int value = from; value != to; ++value) {
    const auto taken = co_await into.send(value);
    if (taken) ++sent;
  }
  co_return sent;
}

std::vector<int> emptied(channel<int>& from) {
  std::vector<int> left;
  while (const auto value = from.try_receive()) left.push_back(*value);
  return left;
}

}  // namespace

TEST_CASE("a channel takes as many values as its capacity, then senders wait") {
  manual_loop loop;
  channel<int> values{3};
  CHECK(values.capacity() == 3);
  started<int> sender{loop, send_all(values, 0, 5)};
  loop.drain();
  CHECK_FALSE(sender.ended());
  CHECK(values.size() == 3);
  CHECK(values.try_receive() == 0);
  CHECK(values.size() == 3);
  loop.drain();
  CHECK(values.try_receive() == 1);
  loop.drain();
  CHECK(sender.ended());
  CHECK(emptied(values) == std::vector<int>{2, 3, 4});
}

TEST_CASE("a channel holds at least one value") {
  channel<int> values{0};
  CHECK(values.capacity() == 1);
  int value = 5;
  CHECK(values.try_send(value));
  CHECK_FALSE(values.try_send(value));
}

TEST_CASE("values are received in the order in which they were sent, however slow either side is") {
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}}) {
    manual_loop loop;
    channel<int> values{capacity};
    started<std::vector<int>> receiver{loop, receive_all(values)};
    started<int> sender{loop, send_all(values, 0, 100)};
    loop.drain();
    values.close();
    loop.drain();
    std::vector<int> expected;
    for (int value = 0; value != 100; ++value) expected.push_back(value);
    CHECK(sender.take() == 100);
    CHECK(receiver.take() == expected);
  }
}

TEST_CASE("a waiting receiver gets the value directly") {
  manual_loop loop;
  channel<int> values{1};
  started<result<int>> first{loop, receive(values)};
  started<result<int>> second{loop, receive(values)};
  loop.drain();
  int value = 1;
  CHECK(values.try_send(value));
  value = 2;
  CHECK(values.try_send(value));
  CHECK(values.size() == 0);
  loop.drain();
  CHECK(first.take().value() == 1);
  CHECK(second.take().value() == 2);
}

TEST_CASE("a later sender does not overtake waiting senders") {
  manual_loop loop;
  channel<int> values{1};
  std::deque<started<result<void>>> senders;
  for (int value = 0; value != 4; ++value) senders.emplace_back(loop, send(values, value));
  loop.drain();
  CHECK(values.try_receive() == 0);
  int late = 99;
  CHECK_FALSE(values.try_send(late));
  loop.drain();
  CHECK(emptied(values) == std::vector<int>{1, 2, 3});
  loop.drain();
}

TEST_CASE("try_receive returns nothing while the channel is empty") {
  channel<int> values{2};
  CHECK_FALSE(values.try_receive().has_value());
}

TEST_CASE("try_send does not move from a value that it cannot send") {
  channel<std::unique_ptr<int>> values{1};
  auto first = std::make_unique<int>(1);
  CHECK(values.try_send(first));
  CHECK(first == nullptr);
  auto second = std::make_unique<int>(2);
  CHECK_FALSE(values.try_send(second));
  CHECK(second != nullptr);
  CHECK(**values.try_receive() == 1);
  values.close();
  CHECK_FALSE(values.try_send(second));
  CHECK(second != nullptr);
}

TEST_CASE("closing a channel fails senders; receivers get the buffered values first") {
  manual_loop loop;
  channel<int> values{2};
  int value = 1;
  REQUIRE(values.try_send(value));
  value = 2;
  REQUIRE(values.try_send(value));
  started<result<void>> waiting{loop, send(values, 3)};
  loop.drain();
  CHECK_FALSE(values.closed());
  values.close();
  values.close();
  CHECK(values.closed());
  started<result<void>> late{loop, send(values, 4)};
  loop.drain();
  CHECK(waiting.take().error() == errc::closed);
  CHECK(late.take().error() == errc::closed);
  CHECK_FALSE(values.try_send(value));
  CHECK(loop.run(receive(values)).value() == 1);
  CHECK(values.try_receive() == 2);
  CHECK(loop.run(receive(values)).error() == errc::closed);
}

TEST_CASE("closing a channel fails waiting receivers") {
  manual_loop loop;
  channel<int> values{2};
  started<result<int>> first{loop, receive(values)};
  started<result<int>> second{loop, receive(values)};
  loop.drain();
  values.close();
  loop.drain();
  CHECK(first.take().error() == errc::closed);
  CHECK(second.take().error() == errc::closed);
}

TEST_CASE("a canceled sender leaves no value in the channel, and the senders behind it move up") {
  manual_loop loop;
  channel<int> values{1};
  std::deque<started<result<void>>> senders;
  for (int value = 0; value != 4; ++value) senders.emplace_back(loop, send(values, value));
  loop.drain();
  senders[2].request_stop();
  loop.drain();
  CHECK(senders[2].take().error() == errc::canceled);
  CHECK(emptied(values) == std::vector<int>{0, 1, 3});
  loop.drain();
  CHECK(senders[3].take().has_value());
}

TEST_CASE("a canceled receiver takes no value; the next receiver gets it") {
  manual_loop loop;
  channel<int> values{1};
  started<result<int>> first{loop, receive(values)};
  started<result<int>> second{loop, receive(values)};
  loop.drain();
  first.request_stop();
  int value = 7;
  REQUIRE(values.try_send(value));
  loop.drain();
  CHECK(first.take().error() == errc::canceled);
  CHECK(second.take().value() == 7);
}

TEST_CASE("a receiver that was given a value before the stop returns it") {
  manual_loop loop;
  channel<int> values{1};
  started<result<int>> receiver{loop, receive(values)};
  loop.drain();
  int value = 7;
  REQUIRE(values.try_send(value));
  receiver.request_stop();
  loop.drain();
  CHECK(receiver.take().value() == 7);
}

TEST_CASE("a waiting sender whose value was taken before the stop has sent it") {
  manual_loop loop;
  channel<int> values{1};
  int value = 1;
  REQUIRE(values.try_send(value));
  started<result<void>> sender{loop, send(values, 2)};
  loop.drain();
  CHECK(values.try_receive() == 1);
  sender.request_stop();
  loop.drain();
  CHECK(sender.take().has_value());
  CHECK(values.try_receive() == 2);
}

TEST_CASE("under a stopped token operations that need not wait succeed, others are canceled at once") {
  manual_loop loop;
  channel<int> values{1};
  loop.stop().request_stop();
  CHECK(loop.run(receive(values)).error() == errc::canceled);
  CHECK(loop.run(send(values, 1)).has_value());
  CHECK(loop.run(send(values, 2)).error() == errc::canceled);
  CHECK(loop.run(receive(values)).value() == 1);
}

TEST_CASE("a channel carries move-only values, and destroys values that were not received") {
  const auto shared = std::make_shared<int>(1);
  {
    manual_loop loop;
    channel<std::shared_ptr<int>> values{4};
    const auto main = [](channel<std::shared_ptr<int>>& through, std::shared_ptr<int> value) -> task<void> {
      for (int i = 0; i != 6; ++i) {
        std::shared_ptr<int> copy = value;
        static_cast<void>(co_await through.send(std::move(copy)));
        if (i < 3) static_cast<void>(co_await through.receive());
      }
    };
    loop.run(main(values, shared));
    CHECK(shared.use_count() == 4);
  }
  CHECK(shared.use_count() == 1);
}

TEST_CASE("destroying a channel with waiting coroutines terminates the program" * doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    manual_loop loop;
    std::optional<channel<int>> values{std::in_place, std::size_t{1}};
    started<result<int>> receiver{loop, receive(*values)};
    loop.drain();
    values.reset();
  }));
  CHECK(support::terminates([] {
    manual_loop loop;
    std::optional<channel<int>> values{std::in_place, std::size_t{1}};
    started<int> sender{loop, send_all(*values, 0, 2)};
    loop.drain();
    values.reset();
  }));
}

}  // namespace channel_test
