// What waits to be sent to one peer, in which order, and how fast it goes: the outbox alone, then in a session.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/coro/scope.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/send_queue.hpp>

namespace session_send_queue_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using peer::send_priority;
using support::conduit;
using support::scripted_peer;
using support::some_transaction;
using support::stage;

namespace {

/// Three frames at once, and one in ten seconds.
constexpr peer::rate_limit slow{0.1, 3};
/// And one in a second.
constexpr peer::rate_limit a_second{1, 3};

/// An outbox and the connection to which it sends. Its frames are letters.
class letters {
public:
  explicit letters(sim::machine& on, const peer::rate_limit& pace = slow)
      : waiting(on.runtime(), pace), on_(on.runtime()), address_(on.address()), progress_(on_, {}) {}

  /// Runs `script` beside the writer until both have ended.
  task<void> play(task<void> script) {
    ends_ = co_await another_conduit();
    auto both = [](scope& beside, letters* self, task<void> acts) -> task<void> {
      beside.spawn(self->write());
      co_await std::move(acts);
      self->waiting.finish();
    };
    co_await with_scope(both, this, std::move(script));
  }

  void post(const std::string& some, send_priority in, peer::news_source of = {}) {
    for (const char envelope : some) CHECK(waiting.push(wire::share({static_cast<std::byte>(envelope)}), in, of));
  }

  /// What arrives within a time.
  task<std::string> heard(io::duration patience) {
    std::string came;
    const io::time_point until = io::saturating_add(on_.now(), patience);
    for (;;) {
      const auto next = co_await io::with_deadline(on_, until, envelope());
      if (!next) co_return came;
      came += *next;
    }
  }

  task<conduit> another_conduit() { return conduit::make(on_, {address_, ++last_port_}); }

  peer::send_queue waiting;
  bool written = false;  // the writer has ended, and without a failure

private:
  task<void> write() {
    const auto ended = co_await waiting.write_to(*ends_.in, progress_).with_stop_token(progress_.token());
    written = ended.has_value();
  }

  task<result<char>> envelope() {
    std::byte came{};
    PAPPUS_CO_TRY_DISCARD(co_await ends_.out->read_exact({&came, 1}));
    co_return static_cast<char>(came);
  }

  io::runtime& on_;
  io::ipv4_address address_;
  std::uint16_t last_port_ = 0;
  io::deadline progress_;
  conduit ends_;
};

/// Plays a script with an outbox in a world of their own.
void with_letters(task<void> (*script)(letters*)) {
  sim::world world{1};
  letters some{world.add_machine()};
  world.run(some.play(script(&some)));
  CHECK(some.written);
}

/// A peer that brings news, at an address of its own.
peer::news_source source(std::uint32_t number) {
  peer::peer_info bringer;
  bringer.endpoint = {io::ipv4_address{0x0a000000 + number}, 3414};
  return peer::news_source::of(bringer);
}

/// The most arrivals within a minute.
std::size_t busiest_minute(const std::vector<io::time_point>& arrivals) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last != arrivals.size(); ++last) {
    while (arrivals[last] - arrivals[first] >= 60s) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("frames beyond what may be sent at once go at their pace, in their order") {
  with_letters([](letters* on) -> task<void> {
    on->post("abcdefg", send_priority::responses);
    const std::string at_once = co_await on->heard(9s);
    CHECK(at_once == "abc");
    const std::string later = co_await on->heard(20s);
    CHECK(later == "de");
    CHECK(on->waiting.frames() == 2);
    CHECK(on->waiting.throttled() == 3);
  });
}

TEST_CASE("as long as nothing has to wait, nothing is overtaken") {
  with_letters([](letters* on) -> task<void> {
    on->post("n", send_priority::announcements);
    on->post("1", send_priority::responses);
    on->post("p", send_priority::control);
    const std::string order = co_await on->heard(1s);
    CHECK(order == "n1p");
  });
}

TEST_CASE("what waits is overtaken by answers, and these by what the session says for itself") {
  with_letters([](letters* on) -> task<void> {
    on->post("abc", send_priority::responses);
    static_cast<void>(co_await on->heard(1s));
    on->post("n", send_priority::announcements);
    on->post("123", send_priority::responses);
    on->post("pq", send_priority::control);
    const std::string order = co_await on->heard(61s);
    CHECK(order == "pq123n");
  });
}

TEST_CASE("last words wait for nothing, and what waits behind them at the end is not sent") {
  with_letters([](letters* on) -> task<void> {
    on->post("abcdefg", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    on->post("z", send_priority::disconnect);
    on->waiting.finish();
    const std::string end = co_await on->heard(100s);
    CHECK(end == "z");
    CHECK(on->written);
  });
}

TEST_CASE("to wait for one's turn is not to take nothing: an outbox may be paced for longer than a peer may stall") {
  static_assert(60s > peer::limits::send_timeout);
  sim::world world{1};
  letters some{world.add_machine(), {1.0 / 60, 1}};
  auto script = [](letters* on) -> task<void> {
    on->post("ab", send_priority::announcements);
    const std::string came = co_await on->heard(61s);
    CHECK(came == "ab");
  };
  world.run(some.play(script(&some)));
  CHECK(some.written);
}

TEST_CASE("what follows a frame as its content is not parted from it, whatever comes meanwhile") {
  with_letters([](letters* on) -> task<void> {
    conduit disk = co_await on->another_conduit();
    on->post("abc", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    on->post("1", send_priority::responses);
    CHECK(on->waiting.push_with_content(wire::share({std::byte{'2'}}), std::move(disk.out), 4));
    on->post("3", send_priority::responses);
    on->post("p", send_priority::control);
    const std::string before = co_await on->heard(31s);
    CHECK(before == "p12");
    on->post("q", send_priority::control);
    const std::string held = co_await on->heard(31s);
    CHECK(held.empty());
    const wire::bytes stored{std::byte{'w'}, std::byte{'x'}, std::byte{'y'}, std::byte{'z'}};
    static_cast<void>(co_await disk.in->write_all(stored));
    const std::string after = co_await on->heard(1s);
    CHECK(after == "wxyz3q");
  });
}

TEST_CASE("many news keep others from coming, but not answers; many answers keep both") {
  with_letters([](letters* on) -> task<void> {
    const std::size_t mark = slow.backlog();
    on->post(std::string(1 + mark, 'n'), send_priority::announcements);
    static_cast<void>(co_await on->heard(1s));
    CHECK(on->waiting.full_of_news());
    CHECK_FALSE(on->waiting.full());
    on->post(std::string(mark, 'a'), send_priority::responses);
    CHECK(on->waiting.full());
    static_cast<void>(co_await on->heard(10s));
    CHECK_FALSE(on->waiting.full());
    CHECK(on->waiting.full_of_news());
  });
}

TEST_CASE("when news have to wait, those who have brought them take turns") {
  with_letters([](letters* on) -> task<void> {
    on->post("xxx", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    on->post("aaaa", send_priority::announcements, source(1));
    on->post("bbbb", send_priority::announcements, source(2));
    const std::string first = co_await on->heard(31s);
    CHECK(first == "aab");  // between two of the round it is the turn of whoever has less
    on->post("c", send_priority::announcements, source(3));
    const std::string next = co_await on->heard(20s);
    CHECK(next.find('c') != std::string::npos);
  });
}

TEST_CASE("however much some have brought, there is room for one who has nothing waiting") {
  for (const std::uint32_t greedy : {1U, 3U, 10U}) {
    sim::world world{1};
    letters some{world.add_machine(), a_second};
    auto script = [](letters* on, std::uint32_t sources) -> task<void> {
      on->post("xxx", send_priority::control);
      static_cast<void>(co_await on->heard(1s));
      std::size_t taken = 0;
      for (int round = 0; round != 1000; ++round) {
        for (std::uint32_t n = 1; n != sources + 1; ++n) {
          if (on->waiting.full_of_news(source(n))) continue;
          on->post("n", send_priority::announcements, source(n));
          ++taken;
        }
      }
      CHECK(taken < 2 * a_second.backlog());
      CHECK(taken >= a_second.backlog());
      CHECK_FALSE(on->waiting.full_of_news(source(1000)));
      static_cast<void>(co_await on->heard(std::chrono::seconds{sources} + 500ms));  // each has had its turn
      on->post("h", send_priority::announcements, source(1000));
      const std::string next = co_await on->heard(2s);
      CHECK(next.find('h') != std::string::npos);
    };
    world.run(some.play(script(&some, greedy)));
  }
}

TEST_CASE("news leave enough at once for the answers that they bring about") {
  with_letters([](letters* on) -> task<void> {
    on->post("nnnn", send_priority::announcements);
    const std::string news = co_await on->heard(1s);
    CHECK(news == "n");
    on->post("12", send_priority::responses);
    const std::string answers = co_await on->heard(1s);
    CHECK(answers == "12");
  });
}

TEST_CASE("large news of some leave room for those of others, too") {
  with_letters([](letters* on) -> task<void> {
    on->post("xxx", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    const auto large = wire::share(wire::bytes(400'000));
    for (const std::uint32_t n : {1U, 2U}) {
      CHECK_FALSE(on->waiting.full_of_news(source(n)));
      CHECK(on->waiting.push(large, send_priority::announcements, source(n)));
    }
    CHECK(on->waiting.full_of_news(source(1)));
    CHECK(on->waiting.full_of_news(source(2)));
    CHECK_FALSE(on->waiting.full_of_news(source(3)));
    CHECK_FALSE(on->waiting.full_of_news());
    CHECK_FALSE(on->waiting.full_of_news(peer::news_source::chain()));
  });
}

TEST_CASE("the wait for a turn is known beforehand, and never longer than that") {
  with_letters([](letters* on) -> task<void> {
    on->post("abcde", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    const io::duration wait = on->waiting.longest_wait();
    CHECK(wait == 30s);
    on->post("f", send_priority::control);
    const std::string within = co_await on->heard(wait);
    CHECK(within == "def");
  });
}

TEST_CASE("no peer gets more than 470 messages in a minute, however much there is to tell, to answer and to ask") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    std::vector<io::time_point> arrivals;
    std::size_t behind = 0;
    std::size_t told = 0;
    std::size_t answered = 0;
    std::size_t requested = 0;
    std::size_t pongs = 0;
    for (std::uint64_t second = 0; second != 240; ++second) {
      // Nothing is told in the second half, so that all that waits may come.
      for (std::uint64_t n = 0; n != 50 && second < 120; ++n) {
        behind += at->node.submit(some_transaction(1 + 50 * second + n)).congested;
      }
      transaction_kernel unheard_of;
      unheard_of.kernel.raw[0] = static_cast<std::byte>(second);
      co_await peer.send(unheard_of);
      co_await peer.send(ping{});
      const io::time_point until = io::saturating_add(at->net().now(), 1s);
      while (at->net().now() < until) {
        const auto got = co_await peer.receive(until - at->net().now());
        if (!got) break;
        arrivals.push_back(at->net().now());
        if (got->code == ping::code) co_await peer.send(pong{});
        pongs += got->code == pong::code ? 1 : 0;
        requested += got->code == get_transaction::code ? 1 : 0;
        answered += got->code == transaction::code ? 1 : 0;
        if (got->code != transaction_kernel::code) continue;
        ++told;
        const auto heard = wire::decode<transaction_kernel>(got->body, peer.spoken());
        co_await peer.send(get_transaction{heard->kernel});
      }
    }
    CHECK(busiest_minute(arrivals) <= 470);
    CHECK(busiest_minute(arrivals) > 400);
    CHECK(behind > 0);
    CHECK(told > 300);
    CHECK(answered == told);
    CHECK(requested >= 238);  // of the last ones it is asked later, since it has not answered before
    CHECK(pongs == 240);
  };
  on.play(script(&on));
  CHECK(on.node.disconnected.size() <= 1);
}

TEST_CASE("a ping is answered, and a question asked, ahead of all the news that wait") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    for (std::uint64_t n = 1; n != 200; ++n) at->node.submit(some_transaction(n));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const io::time_point asked = at->net().now();
    co_await peer.send(ping{});
    co_await peer.send(transaction_kernel{some_transaction(1000)->kernel_hash(0)});
    static_cast<void>(co_await peer.expect<get_transaction>());
    static_cast<void>(co_await peer.expect<pong>());
    CHECK(at->net().now() - asked < 1s);
  };
  on.play(script(&on));
}

TEST_CASE("a peer that has been told too much is passed over and counted, until it has heard what waits") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    std::size_t sent = 0;
    std::size_t behind = 0;
    for (std::uint64_t n = 1; n != 301; ++n) {
      const auto report = at->node.submit(some_transaction(n));
      sent += report.sent;
      behind += report.congested;
    }
    CHECK(sent == peer::rate_limit{}.backlog());
    CHECK(behind == 300 - peer::rate_limit{}.backlog());
    for (std::size_t n = 0; n != sent; ++n) static_cast<void>(co_await peer.expect<transaction_kernel>());
    const auto report = at->node.submit(some_transaction(301));
    CHECK(report.sent == 1);
  };
  on.play(script(&on));
}

TEST_CASE("who asks more at once than may be answered gets its answers as their turn comes, and nothing is lost") {
  constexpr std::size_t questions = 300;
  static_assert(questions > peer::rate_limit{}.backlog());
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    auto other = co_await at->greeted();
    const auto tx = some_transaction(1);
    at->node.keep(tx);
    wire::bytes all;
    const auto add = [&all](const auto& message) {
      const auto frame = wire::grin_messages::encode(message, wire::chain_parameters_for(wire::chain_type::usernet),
                                                     wire::latest_version)
                             .value();
      all.insert(all.end(), frame.begin(), frame.end());
    };
    for (std::size_t n = 0; n != questions; ++n) add(get_transaction{tx->kernel_hash(0)});
    const std::size_t cut = all.size() + 12;
    add(ping{});
    co_await peer.send_bytes({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut)});
    for (int n = 0; n != 20; ++n) co_await other.send(pong{});
    co_await peer.send_bytes({all.begin() + static_cast<std::ptrdiff_t>(cut), all.end()});
    std::size_t answers = 0;
    std::size_t pongs = 0;
    while (answers != questions || pongs != 1) {
      const auto got = co_await peer.receive(5s);
      REQUIRE(got.has_value());
      if (got->code == ping::code) co_await peer.send(pong{});
      answers += got->code == transaction::code ? 1 : 0;
      pongs += got->code == pong::code ? 1 : 0;
    }
  };
  on.play(script(&on));
  CHECK(on.node->statistics().sessions.read_pauses > 0);
  CHECK(on.node->statistics().connections.sends_throttled > 0);
}

TEST_CASE("a peer that is banned is told why, although many messages wait for their turn") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    for (std::uint64_t n = 1; n != 200; ++n) at->node.submit(some_transaction(n));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    at->node->ban(io::endpoint_range{at->peer_host.address()}, 1h, wire::reason_for_ban::bad_block, {});
    std::size_t news = 0;
    for (;;) {
      const auto got = co_await peer.receive(3s);
      REQUIRE(got.has_value());
      if (got->code == ban_reason::code) break;
      ++news;
    }
    CHECK(news <= 70);
    const bool closed = co_await peer.closed(3s);
    CHECK(closed);
  };
  on.play(script(&on));
}

TEST_CASE("on a network of one's own everything may be told at once") {
  node_config config = support::simulated_config();
  config.send_limit = peer::rate_limit::unlimited();
  stage on{{}, {}, config};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const io::time_point start = at->net().now();
    for (std::uint64_t n = 1; n != 1000; ++n) {
      at->node.submit(some_transaction(n));
      static_cast<void>(co_await peer.expect<transaction_kernel>());
    }
    CHECK(at->net().now() - start < 120s);
  };
  on.play(script(&on));
}

}  // namespace session_send_queue_test
