// Benchmark of a stempool with 100,000 live entries: CPU time per event, and memory per entry besides its transaction.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <span>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include <malloc.h>

#include <pappus/peer/dandelion/stempool.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/frame.hpp>

#include "../support/one_kernel.hpp"

namespace {

using namespace pappus;
using namespace std::chrono_literals;

constexpr std::size_t live = 100'000;
constexpr std::size_t batch_size = 20'000;
constexpr std::uint64_t rounds = 15;
constexpr std::uint64_t peers = 200;
constexpr std::uint64_t relay = 1'000;

class one_relay final : public peer::stem_relays {
public:
  [[nodiscard]] bool is_connected(std::uint64_t peer) const override { return peer == relay; }
  [[nodiscard]] std::vector<peer::stem_relay> candidates() const override { return {{relay, 1}}; }
  [[nodiscard]] std::size_t room(std::uint64_t /*peer*/, bool /*own*/) const override { return 1; }
  [[nodiscard]] std::size_t public_room() const override { return 1'000'000; }
  [[nodiscard]] bool none_expected() const override { return false; }
};

std::vector<wire::transaction_ptr> make_some(std::size_t count) {
  std::vector<wire::transaction_ptr> made;
  for (std::size_t i = 0; i != count; ++i) made.push_back(benchmarks::one_kernel(i + 1));
  return made;
}

double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// CPU time of one event, in nanoseconds, mean over a batch; includes all actions that the event causes.
template <class Event>
double time_each(std::span<const wire::transaction_ptr> of, Event event) {
  const double start = cpu_nanoseconds();
  for (const wire::transaction_ptr& each : of) event(each);
  return (cpu_nanoseconds() - start) / static_cast<double>(of.size());
}

void print(const char* what, std::vector<double> times) {
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  std::printf("%-70s %6.0f ns\n", what, times[times.size() / 2]);
}

/// A stempool with the maximum number of transactions. Transactions that a measurement has fluffed or removed are added
/// again at the back.
class laboratory {
public:
  laboratory() {
    const std::size_t before = mallinfo2().uordblks;
    put_back(all_);
    const double each = static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(live);
    const double received = static_cast<double>(wire::frame_header::size + all_.front()->raw_bytes().size());
    std::printf("%zu live entries, %.0f bytes each, %.2f times what was received (goal 2)\n\n", pool_.size(), each,
                each / received);
  }

  void measure() {
    std::vector<double> received;
    std::vector<double> repeated;
    std::vector<double> seen;
    std::vector<double> expired;
    for (std::uint64_t round = 0; round != rounds; ++round) {
      const std::span batch = std::span{all_}.subspan(round * batch_size % live, batch_size);
      repeated.push_back(time_each(batch, [&](const auto& tx) { receive(tx, peers + 1 + round); }));
      seen.push_back(time_each(batch, [&](const auto& tx) { see(tx); }));
      received.push_back(time_each(batch, [&](const auto& tx) { receive(tx, ++source_ % peers + 1); }));
      std::vector<wire::transaction_ptr> gone;
      const double start = cpu_nanoseconds();
      while (gone.size() < batch_size) pass_deadline(gone);
      expired.push_back((cpu_nanoseconds() - start) / static_cast<double>(2 * gone.size()));
      put_back(gone);
    }
    print("a new one is received: admitted, routed and sent on", received);
    print("it comes again, from another peer", repeated);
    print("it is seen in public: forgotten", seen);
    print("its deadline comes, or the answer to that: verified again and fluffed", expired);
  }

private:
  static peer::dandelion_options options() {
    peer::dandelion_options how;
    how.stem_probability = 1;
    how.epoch = 8'000h;
    how.max_per_peer = live;
    return how;
  }

  void receive(const wire::transaction_ptr& tx, std::uint64_t from) {
    pool_.received(now_, tx, from);
    take_orders();
  }
  void see(const wire::transaction_ptr& tx) {
    const wire::hash kernel = tx->kernel_hash(0);
    pool_.made_public({&kernel, 1}, peer::stem_outcome::seen);
    take_orders();
  }
  void pass_deadline(std::vector<wire::transaction_ptr>& gone) {
    now_ = std::max(now_, pool_.next_due());
    pool_.tick(now_);
    while (auto order = pool_.next_order()) {
      if (const auto* const asked = std::get_if<peer::stem_action::validate>(&*order)) {
        pool_.verified(now_, *asked, true);
      } else if (auto* const fluffed = std::get_if<peer::stem_action::fluff>(&*order)) {
        gone.push_back(std::move(fluffed->tx));
      }
    }
  }
  void take_orders() {
    while (pool_.next_order()) ++orders_;
  }
  void put_back(const std::vector<wire::transaction_ptr>& gone) {
    for (const wire::transaction_ptr& each : gone) {
      receive(each, ++source_ % peers + 1);
    }
    if (pool_.size() != live) throw std::runtime_error("some were lost");
  }

  std::vector<wire::transaction_ptr> all_ = make_some(live);
  one_relay relays_;
  std::uint64_t source_ = 0;
  io::time_point now_{};
  peer::stempool pool_{
      options(), wire::chain_parameters_for(wire::chain_type::usernet).limits, true, relays_, sim::xoshiro256{1}, now_};
  std::uint64_t orders_ = 0;
};

}  // namespace

int main() { laboratory{}.measure(); }
