// Benchmark of envelopes from one thread to another: throughput, compared with the underlying queue, with its variant
// that lets its receiver sleep, and with a mutex and a deque; and latency of waking a waiting thread and the loop.
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <blockingconcurrentqueue.h>
#include <concurrentqueue.h>

#include <pappus/coro/event.hpp>
#include <pappus/integration/threads/blocking_receiver.hpp>
#include <pappus/integration/threads/loop_receiver.hpp>
#include <pappus/uv/loop.hpp>

#include "../support/median.hpp"

namespace {

using namespace pappus;
using namespace std::chrono_literals;
using benchmarks::median;
using integration::envelope;
using integration::mailbox;
using std::chrono::steady_clock;

constexpr std::size_t letters = 4'000'000;
constexpr std::size_t capacity = 65'536;
constexpr std::size_t taken_at_once = 64;
constexpr std::size_t rounds = 10;
using some = std::array<envelope, taken_at_once>;

double seconds(steady_clock::duration length) { return std::chrono::duration<double>{length}.count(); }

/// Millions of envelopes per second that one thread sends with `send_all`, and the calling thread receives with `take`.
double millions(const std::function<void()>& send_all, const std::function<std::size_t()>& take) {
  const auto start = steady_clock::now();
  std::thread sender{send_all};
  std::size_t taken = 0;
  while (taken != letters) taken += take();
  const double took = seconds(steady_clock::now() - start);
  sender.join();
  return static_cast<double>(letters) / took * 1e-6;
}

envelope numbered(std::size_t n) { return {static_cast<std::uint32_t>(n), nullptr}; }

/// Through an unbounded queue. `take`: dequeues with a token.
template <class Queue, class Take>
double through(Take take) {
  Queue queue{capacity};
  moodycamel::ConsumerToken receiving{queue};
  some into;
  return millions(
      [&] {
        const moodycamel::ProducerToken sending{queue};
        for (std::size_t n = 0; n != letters; ++n) queue.enqueue(sending, numbered(n));
      },
      [&] { return take(queue, receiving, into); });
}

/// The receiver never sleeps.
double bare_queue() {
  return through<moodycamel::ConcurrentQueue<envelope>>([](auto& queue, auto& receiving, some& into) {
    return queue.try_dequeue_bulk(receiving, into.begin(), into.size());
  });
}

/// The receiver sleeps while there are no envelopes.
double blocking_queue() {
  return through<moodycamel::BlockingConcurrentQueue<envelope>>([](auto& queue, auto& receiving, some& into) {
    return queue.wait_dequeue_bulk_timed(receiving, into.begin(), into.size(), 1min);
  });
}

/// Unbounded, and the receiver never sleeps. It takes all envelopes at once.
double mutex_and_deque() {
  std::mutex guard;
  std::deque<envelope> queue;
  std::deque<envelope> mine;
  return millions(
      [&] {
        for (std::size_t n = 0; n != letters; ++n) {
          const std::lock_guard held{guard};
          queue.push_back(numbered(n));
        }
      },
      [&] {
        mine.clear();
        const std::lock_guard held{guard};
        mine.swap(queue);
        return mine.size();
      });
}

/// Bounded, and the receiver sleeps while there are no envelopes.
double through_mailbox() {
  integration::blocking_receiver inbox{capacity};
  some into;
  return millions(
      [&] {
        mailbox::sender out{inbox.mail()};
        for (std::size_t n = 0; n != letters; ++n) {
          while (!out.send(numbered(n))) std::this_thread::yield();
        }
      },
      [&] { return inbox.wait(into, 1min); });
}

void print_rate(const char* what, const std::vector<double>& of) {
  std::printf("  %-47s %6.1f, %6.1f to %6.1f\n", what, median(of), *std::ranges::min_element(of),
              *std::ranges::max_element(of));
}

void print_ratio(const char* what, const std::vector<double>& of) {
  std::printf("  %-47s %6.2f, %6.2f to %6.2f\n", what, median(of), *std::ranges::min_element(of),
              *std::ranges::max_element(of));
}

void compare_throughput() {
  std::vector<double> bare;
  std::vector<double> blocking;
  std::vector<double> locked;
  std::vector<double> ours;
  std::vector<double> of_bare;
  std::vector<double> of_blocking;
  for (std::size_t round = 0; round != rounds; ++round) {
    bare.push_back(bare_queue());
    ours.push_back(through_mailbox());
    blocking.push_back(blocking_queue());
    locked.push_back(mutex_and_deque());
    of_bare.push_back(ours.back() / bare.back());
    of_blocking.push_back(ours.back() / blocking.back());
  }
  std::printf("millions of letters a second between two threads, medians of %zu rounds\n", rounds);
  print_rate("the bare queue: never full, never asleep", bare);
  print_rate("its blocking variant: never full", blocking);
  print_rate("a mailbox: bounded, and wakes its receiver", ours);
  print_rate("a mutex and a deque: never full, never asleep", locked);
  print_ratio("a mailbox, times the bare queue (goal 0.5)", of_bare);
  print_ratio("a mailbox, times the blocking variant (goal 1)", of_blocking);
  std::printf("\n");
}

constexpr std::size_t calls = 5'000;
constexpr auto pause = 200us;  // long enough for the receiver to sleep

using times = std::vector<double>;  // in microseconds

void print(const char* what, times& of) {
  std::ranges::sort(of);
  std::printf("  %-40s p50 %6.1f us, p99 %6.1f us\n", what, of[of.size() / 2], of[of.size() * 99 / 100]);
}

envelope stamped() { return {0, std::make_shared<const steady_clock::time_point>(steady_clock::now())}; }

double age_of(const envelope& what) { return seconds(steady_clock::now() - what.as<steady_clock::time_point>()) * 1e6; }

void send_now_and_then(mailbox& to) {
  for (std::size_t n = 0; n != calls; ++n) {
    std::this_thread::sleep_for(pause);
    to.send(stamped());
  }
}

void wake_a_thread() {
  integration::blocking_receiver inbox{capacity};
  std::thread sender{[&] { send_now_and_then(inbox.mail()); }};
  times heard;
  some into;
  while (heard.size() != calls) {
    const std::size_t count = inbox.wait(into, 1min);
    for (std::size_t i = 0; i != count; ++i) heard.push_back(age_of(into[i]));
  }
  sender.join();
  print("a thread that waits", heard);
}

task<void> wait_for(event* there) { static_cast<void>(co_await there->wait()); }

void wake_the_loop() {
  uv::loop loop;
  times heard;
  event all_heard;
  integration::loop_receiver inbox{loop, capacity, [&](envelope& what) {
                                     heard.push_back(age_of(what));
                                     if (heard.size() == calls) all_heard.set();
                                   }};
  std::thread sender{[&] { send_now_and_then(inbox.mail()); }};
  loop.run(wait_for(&all_heard));
  sender.join();
  print("the loop", heard);
}

/// Lower bound: the system's own way to wake a thread.
void wake_by_condition_variable() {
  std::mutex guard;
  std::condition_variable rung;
  envelope given;
  std::size_t there = 0;
  times heard;
  std::thread sender{[&] {
    for (std::size_t n = 0; n != calls; ++n) {
      std::this_thread::sleep_for(pause);
      {
        const std::lock_guard held{guard};
        given = stamped();
        ++there;
      }
      rung.notify_one();
    }
  }};
  for (std::size_t seen = 0; seen != calls;) {  // an envelope that arrives too early overwrites the one before
    std::unique_lock held{guard};
    rung.wait(held, [&] { return there != seen; });
    seen = there;
    heard.push_back(age_of(given));
  }
  sender.join();
  print("a bare condition variable", heard);
}

}  // namespace

int main() {
  compare_throughput();
  std::printf("from sending a letter to its being opened, %zu letters, the receiver asleep\n", calls);
  wake_by_condition_variable();
  wake_a_thread();
  wake_the_loop();
}
