#include "network.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include <support/one_kernel.hpp>

#include <pappus/node.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/statistics.hpp>

namespace benchmarks {
namespace {

using namespace pappus;
using namespace std::chrono_literals;

constexpr std::uint16_t port = 3414;
constexpr io::duration to_find_each_other = 30min;
/// Nodes that ask the same seed, and addresses of each seed, count: all nodes are dialed about as often.
constexpr std::size_t nodes_of_seed = 16;
constexpr std::size_t addresses_of_seed = 32;

std::string seed_name(std::size_t number) { return "seed" + std::to_string(number) + ".example"; }

}  // namespace

class network::member {
public:
  member(network& in, sim::machine& at)
      : in_(in), has_(in.transactions_.size()), process_(at.runtime()), node_(process_, config(at), adapter()) {
    process_.spawn(run());
  }

  [[nodiscard]] bool has_its_peers() const { return node_.statistics().outbound >= peer::limits::max_outbound; }
  [[nodiscard]] std::size_t sessions() const { return node_.peers().size(); }
  void stem(const wire::transaction_ptr& tx) {
    node_.stem(tx, [](const auto&) {});
  }
  void stop() noexcept { process_.request_stop(); }

private:
  static node_config config(const sim::machine& at) {
    node_config config;
    config.chain.on_internet = true;
    config.listen = io::endpoint{{}, port};
    config.advertise = io::endpoint{at.address(), port};
    config.seeds.emplace();
    config.seeds->push_back({seed_name(at.index() / nodes_of_seed), port});
    return config;
  }

  integration::adapter adapter() {
    integration::adapter functions;
    functions.transaction_received = [this](const wire::transaction_ptr& tx, peer::phase at, const auto&) {
      if (has_[number_of(tx)]) return peer::validation_result::ignore;
      if (at == peer::phase::fluff) keep(tx);
      return peer::validation_result::accept;
    };
    functions.transaction_fluffed = [this](const wire::transaction_ptr& tx, peer::fluff_reason, const auto&) {
      keep(tx);
    };
    functions.get_transaction = [this](const wire::hash& kernel) -> wire::transaction_ptr {
      const auto found =
          std::ranges::find(in_.transactions_, kernel, [](const auto& tx) { return tx->kernel_hash(0); });
      if (found == in_.transactions_.end() || !has_[number_of(*found)]) return nullptr;
      return *found;
    };
    return functions;
  }

  /// The fee is the number.
  static std::size_t number_of(const wire::transaction_ptr& tx) {
    return static_cast<std::size_t>(tx->kernels()[0].fee.raw);
  }

  void keep(const wire::transaction_ptr& tx) {
    if (has_[number_of(tx)]) return;
    has_[number_of(tx)] = true;
    ++in_.received_;
  }

  task<void> run() {
    const auto ended = co_await node_.run();
    if (!ended) throw std::runtime_error("a node cannot run: " + ended.error().message());
  }

  network& in_;
  std::vector<bool> has_;  // by the number of the transaction: it is public here
  sim::runtime& process_;
  node node_;
};

network::network(std::size_t nodes, std::size_t max_transactions) {
  for (std::size_t i = 0; i != max_transactions; ++i) transactions_.push_back(one_kernel(i));
  while (world_.machines().size() != nodes) world_.add_machine();
  name_seeds();
  for (const auto& each : world_.machines()) nodes_.push_back(std::make_unique<member>(*this, *each));
  find_peers();
}

network::~network() {
  for (const auto& each : nodes_) each->stop();
  world_.run_for(peer::limits::disconnect_timeout + 1s);
}

void network::name_seeds() {
  for (std::size_t i = 0; i * nodes_of_seed < world_.machines().size(); ++i) {
    std::vector<pappus::ip_address> addresses;
    while (addresses.size() != addresses_of_seed) {
      const auto drawn = static_cast<std::size_t>(sim::uniform_below(rng_, world_.machines().size()));
      addresses.push_back(world_.machines()[drawn]->address());
    }
    world_.set_name(seed_name(i), std::move(addresses));
  }
}

void network::find_peers() {
  const auto lacks_peers = [](const auto& each) { return !each->has_its_peers(); };
  while (std::ranges::any_of(nodes_, lacks_peers)) {
    if (world_.now().time_since_epoch() > to_find_each_other) throw std::runtime_error("they do not find each other");
    world_.run_for(10s);
  }
}

std::size_t network::sessions() const {
  std::size_t sum = 0;
  for (const auto& each : nodes_) sum += each->sessions();
  return sum;
}

void network::make_transaction() {
  const auto maker = static_cast<std::size_t>(sim::uniform_below(rng_, nodes_.size()));
  nodes_[maker]->stem(transactions_.at(made_++));
}

}  // namespace benchmarks
