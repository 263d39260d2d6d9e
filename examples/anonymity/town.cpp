#include "town.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <pappus/io/random.hpp>
#include <pappus/pappus.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/store/memory_store.hpp>

namespace anonymity {
namespace {

using namespace std::chrono_literals;
using pappus::node;
using pappus::node_config;
using pappus::task;
namespace sim = pappus::sim;

/// Time limits: until all nodes are connected, for making all transactions, and until transactions that have not ended
/// are abandoned.
constexpr io::duration connecting = 2min;
constexpr io::duration making = 20s;
constexpr io::duration following = 2h;

/// Addresses that each node has in its book, where it needs them.
constexpr std::size_t known_addresses = 128;

sim::world_options world_of(const settings& what) {
  sim::world_options options;
  options.default_link.latency = what.latency;
  options.default_link.jitter = what.latency / 4;  // uniformly distributed from 0 to twice the jitter
  return options;
}

peer::dandelion_options dandelion_of(const settings& what) {
  using peer::dandelion_scheme;
  const bool plus_plus = what.scheme == scheme::dandelion_plus_plus;
  auto how = peer::dandelion_options::of(plus_plus ? dandelion_scheme::dandelion_plus_plus : dandelion_scheme::grin);
  how.stem_probability = what.stem_probability;
  how.aggregation = what.aggregation.value_or(how.aggregation);
  how.embargo.floor = what.embargo_floor.value_or(how.embargo.floor);
  how.embargo.mean = what.embargo_mean.value_or(how.embargo.mean);
  const bool diffuses = what.diffuses || what.scheme == scheme::diffusion;
  how.fluff_mode = diffuses ? peer::fluff_mode::diffusion : peer::fluff_mode::flood;
  how.diffusion_outbound = what.diffusion_outbound;
  how.diffusion_inbound = what.diffusion_inbound;
  return how;
}

std::size_t share_of(double share, std::size_t of) {
  return static_cast<std::size_t>(share * static_cast<double>(of) + 0.5);
}

}  // namespace

/// A node and its adapter.
class town::resident {
public:
  resident(town& in, sim::machine& at, node_config config, bool spy)
      : in_(in), spy_(spy), has_(in.made_.size()), life_(at.runtime()), node_(life_, std::move(config), host()) {
    life_.spawn(run());
  }

  [[nodiscard]] bool spy() const noexcept { return spy_; }
  [[nodiscard]] bool connected(std::size_t dialed) const { return node_.statistics().outbound >= dialed; }
  void stop() noexcept { life_.request_stop(); }

  /// Sends the node's own transaction.
  void make(std::size_t number) {
    in_.stories_[number].made = life_.now();
    if (in_.what_.scheme != scheme::diffusion) return node_.stem(in_.made_[number], [](const auto&) {});
    fluffed(number, peer::fluff_reason::requested);
    node_.fluff(in_.made_[number]);
  }

private:
  integration::adapter host() {
    integration::adapter above;
    above.transaction_received = [this](const wire::transaction_ptr& tx, peer::phase at, const peer::peer_info& from) {
      return received(in_.made_.number_of(tx->kernel_hash(0)), at, from);
    };
    above.get_transaction = [this](const wire::hash& kernel) {
      const std::size_t number = in_.made_.number_of(kernel);
      return has_[number] || in_.stories_[number].ended ? in_.made_[number] : nullptr;
    };
    above.transaction_stemmed = [this](const wire::transaction_ptr& tx, const peer::peer_info&) {
      ++in_.stories_[in_.made_.number_of(tx->kernel_hash(0))].hops;
    };
    above.transaction_fluffed = [this](const wire::transaction_ptr& tx, peer::fluff_reason why,
                                       const peer::broadcast_report&) {
      fluffed(in_.made_.number_of(tx->kernel_hash(0)), why);
    };
    return above;
  }

  peer::validation_result received(std::size_t number, peer::phase at, const peer::peer_info& from) {
    story& heard = in_.stories_[number];
    if (heard.ended || has_[number]) return peer::validation_result::ignore;
    if (spy_) {
      const std::size_t sender = in_.number_of(from);  // past the last node: the proxy, behind which may be anybody
      const bool counts = at == peer::phase::stem || in_.what_.heard == hearing::everything;
      if (counts && sender < in_.nodes_.size()) heard.accused = sender;
      if (heard.accused) in_.end(heard);
      return peer::validation_result::ignore;
    }
    if (at == peer::phase::fluff) keep(number);
    return peer::validation_result::accept;
  }

  void fluffed(std::size_t number, peer::fluff_reason why) {
    story& of = in_.stories_[number];
    if (of.ended) return;
    if (!of.why) of.why = why;
    in_.note_public(of);
    keep(number);
    if (in_.why_ == purpose::hunt && in_.what_.heard == hearing::stems) in_.end(of);
  }

  void keep(std::size_t number) {
    if (has_[number]) return;
    has_[number] = true;
    in_.note_kept(in_.stories_[number]);
  }

  task<void> run() {
    const auto ended = co_await node_.run();
    if (!ended) throw std::runtime_error("a node cannot run: " + ended.error().message());
  }

  town& in_;
  bool spy_;
  std::vector<bool> has_;  // by transaction: received as a fluff, or fluffed here
  sim::runtime& life_;
  node node_;
};

town::town(const settings& what, purpose why, std::uint64_t seed, std::size_t makers)
    : what_(what),
      why_(why),
      chance_(seed),
      made_(why == purpose::hunt ? what.nodes - share_of(what.spies, what.nodes) : std::min(makers, what.nodes)),
      stories_(made_.size()),
      open_(made_.size()),
      spies_(why == purpose::hunt ? share_of(what.spies, what.nodes) : 0),
      world_(seed, world_of(what)) {
  const graph dials = draw_graph(what_.topology, what_.nodes, chance_);
  place(dials, draw_some(spies_, what_.nodes, chance_));
  connect(dials);
}

town::~town() {
  for (const auto& each : nodes_) each->stop();
  world_.run_for(peer::limits::disconnect_timeout + 1s);
}

void town::place(const graph& dials, const std::vector<std::size_t>& spies) {
  node_config config;
  config.connection_limits.outbound = 0;  // only the connections of the graph
  config.connection_limits.inbound = what_.nodes;
  config.send_limit = config.receive_limit = peer::rate_limit::unlimited();
  config.dandelion = dandelion_of(what_);
  for (std::size_t i = 0; i != what_.nodes; ++i) world_.add_machine();
  if (what_.scheme == scheme::private_broadcast) {
    proxy_.emplace(world_.add_machine());
    config.own_transactions = peer::own_broadcast::private_broadcast;
    config.transport.proxy = proxy_->settings();
    config.connection_limits.inbound_per_address = config.connection_limits.inbound;  // all come by the proxy
  }
  for (std::size_t i = 0; i != what_.nodes; ++i) {
    config.preferred_peers.clear();
    for (const std::size_t each : dials[i]) {
      config.preferred_peers.push_back({world_.machines()[each]->address(), config.chain.default_port});
    }
    sim::machine& home = *world_.machines()[i];
    config.advertise = io::endpoint{home.address(), config.chain.default_port};
    if (proxy_) config.custom_store = store_of(i);
    const bool spy = std::ranges::find(spies, i) != spies.end();
    nodes_.push_back(std::make_unique<resident>(*this, home, config, spy));
  }
}

/// A store whose address book has some of the other nodes, at random.
peer::store_source town::store_of(std::size_t number) {
  std::vector<peer::address_info> known;
  for (const std::size_t each : draw_some(std::min(known_addresses, what_.nodes), what_.nodes, chance_)) {
    if (each == number) continue;
    peer::address_info info;
    info.address.ip = world_.machines()[each]->address();
    info.address.port = node_config{}.chain.default_port;
    info.source = info.address;
    info.last_seen = world_.options().epoch;
    known.push_back(std::move(info));
  }
  peer::store_source source = peer::memory_store::source(std::make_shared<peer::memory_records>());
  source.open = [open = source.open, known = std::move(known)](const peer::keyed_hash::key& fresh) {
    auto opened = open(fresh);
    if (opened) opened->content.addresses = known;
    return opened;
  };
  return source;
}

void town::connect(const graph& dials) {
  const auto complete = [&] {
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
      if (!nodes_[i]->connected(dials[i].size())) return false;
    }
    return true;
  };
  while (!complete()) {
    if (world_.now().time_since_epoch() > connecting) throw std::runtime_error("not all nodes have found together");
    world_.run_for(1s);
  }
}

const std::vector<story>& town::play() {
  make_transactions();
  const io::time_point last = io::saturating_add(world_.now(), following);
  while (open_ != 0 && world_.now() < last) world_.run_for(1s);
  return stories_;
}

/// Sends the transactions, from honest nodes in random order, at random times.
void town::make_transactions() {
  std::vector<std::size_t> makers = draw_some(nodes_.size(), nodes_.size(), chance_);
  std::erase_if(makers, [this](std::size_t each) { return nodes_[each]->spy(); });
  std::vector<io::duration> times;
  for (std::size_t i = 0; i != made_.size(); ++i) {
    times.emplace_back(making * io::to_unit_interval(chance_()));
  }
  std::ranges::sort(times);
  const io::time_point start = world_.now();
  for (std::size_t i = 0; i != made_.size(); ++i) {
    world_.run_until(io::saturating_add(start, times[i]));
    stories_[i].maker = makers[i];
    nodes_[makers[i]]->make(i);
  }
}

std::size_t town::number_of(const peer::peer_info& whom) const { return world_.find(whom.endpoint.address)->index(); }

void town::note_public(story& of) {
  if (!std::exchange(of.is_public, true)) of.fluffed = world_.now();
}

void town::note_kept(story& of) {
  note_public(of);
  ++of.has;
  if (of.has == (what_.nodes + 1) / 2) of.at_half = world_.now();
  if (of.has == (what_.nodes * 99 + 99) / 100) of.at_most = world_.now();
  if (why_ == purpose::spread && of.has == what_.nodes) end(of);
}

/// Stops following a transaction.
void town::end(story& which) noexcept {
  which.ended = true;
  --open_;
}

}  // namespace anonymity
