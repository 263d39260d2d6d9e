// A stranger cannot tell whether a node holds a transaction: two worlds of one seed, with and without it, and every
// byte that comes from the node, with its time.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/altered.hpp>
#include <support/made_up.hpp>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/metrics.hpp>
#include <pappus/wire/hex.hpp>

namespace dandelion_probe_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using peer::dandelion_mode;
using peer::dandelion_scheme;
using support::alteration;
using support::scripted_peer;
using support::simulated_node;
using support::some_transaction;

namespace {

constexpr std::uint16_t relays_port = 1000;
constexpr std::uint64_t secret = 1;  // the seed of the transaction that is held in one of the worlds

/// How the node got the transaction.
enum class origin : std::uint8_t { own, relayed };

/// Where further probes come from.
enum class from : std::uint8_t { one_connection, one_address, two_addresses };

/// How the adapter validates: all is valid; altered copies are not; or the same, but later.
enum class validation : std::uint8_t { lenient, strict, slow };

struct probing {
  dandelion_scheme scheme = dandelion_scheme::grin;
  dandelion_mode mode = dandelion_mode::stem;
  origin held = origin::own;
  alteration what = alteration::none;
  int times = 1;
  from where = from::one_connection;
  validation by = validation::strict;
};

std::string to_string(const probing& of) {
  return std::string{to_string(of.scheme)} + ", " + to_string(of.mode) + ", " +
         (of.held == origin::own ? "own" : "relayed") + ", " + to_string(of.what) + " x" + std::to_string(of.times) +
         ", from " + std::to_string(static_cast<int>(of.where)) + ", judge " + std::to_string(static_cast<int>(of.by));
}

/// A peer that answers pings, and records the bytes it receives with their times.
class recording_peer {
public:
  recording_peer(sim::machine& at, scripted_peer self) : at_(at), self_(std::move(self)) { at_.spawn(listen()); }

  [[nodiscard]] scripted_peer& peer() noexcept { return self_; }
  void begin() noexcept { since_ = at_.runtime().now(); }

  std::vector<std::string> heard;  // since it began to record
  std::size_t stems = 0;           // so far

private:
  task<void> listen() {
    for (;;) {
      const auto got = co_await self_.receive(24h);
      if (!got) break;
      if (got->code == stem_transaction::code) ++stems;
      note(std::to_string(got->code) + ' ' + wire::to_hex(got->body));
      if (got->code == ping::code) co_await self_.send(pong{});
    }
    note("the end");
  }
  void note(const std::string& what) {
    if (since_ != io::never) heard.push_back(std::to_string((at_.runtime().now() - since_).count()) + ": " + what);
  }

  sim::machine& at_;
  scripted_peer self_;
  io::time_point since_ = io::never;
};

/// A node with three outbound peers, one or two of them its relays, and four inbound ones.
class probed_world {
public:
  explicit probed_world(const probing& how)
      : how_(how),
        world_(7),
        home_(world_.add_machine()),
        outbound_{&world_.add_machine(), &world_.add_machine(), &world_.add_machine()},
        giver_(world_.add_machine()),
        stranger_(world_.add_machine()),
        other_(world_.add_machine()),
        altered_{support::altered(secret, alteration::offset)->hash(),
                 support::altered(secret, alteration::proof)->hash(),
                 support::altered(secret, alteration::signature)->hash(),
                 support::altered(secret, alteration::first_spoiled)->hash()} {
    for (sim::machine* const each : outbound_) listeners_.push_back(each->runtime().listen(at(*each)).value());
    node_ = std::make_unique<simulated_node>(home_, config(), adapter());
    world_.run(connect(this));
    listeners_.clear();
  }
  ~probed_world() {
    for (const auto& [name, each] : all_) each->peer().close();
    world_.run_for(1s);
  }
  probed_world(const probed_world&) = delete;
  probed_world& operator=(const probed_world&) = delete;

  /// Runs one world, with the transaction or without it, probes it, and ends just before anything may be fluffed.
  void play(bool holds) {
    world_.run_until(io::time_point{12s});
    if (how_.held == origin::relayed) {
      const auto given = some_transaction(holds ? secret : 2);
      world_.run(all_.at("giver")->peer().send(stem_transaction{given}));
    } else if (holds) {
      (*node_)->stem(some_transaction(secret), [](const auto& done) { CHECK(done.has_value()); });
    }
    world_.run_until(io::time_point{17s});
    for (const auto& [name, each] : all_) each->begin();
    world_.run(probe(this));
    world_.run_until(io::time_point{how_.mode == dandelion_mode::stem ? 150s : 41s});
    CHECK(node_->fluffed.empty());
  }

  /// The relays.
  [[nodiscard]] std::set<std::string> relays() const {
    std::set<std::string> names;
    const auto drawn = (*node_)->dandelion().relays;
    for (const peer::peer_stats& each : (*node_)->peers()) {
      if (std::ranges::find(drawn, each.id) != drawn.end()) names.insert(to_string(each.endpoint));
    }
    return names;
  }
  /// What all other peers have received.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> heard_without(const std::set<std::string>& left_out) {
    std::map<std::string, std::vector<std::string>> heard;
    for (const auto& [name, each] : all_) {
      if (!left_out.contains(name)) heard[name] = each->heard;
    }
    return heard;
  }

  /// All statistics except the bytes sent.
  [[nodiscard]] std::string metrics() const {
    std::string page = integration::to_prometheus(metrics_of((*node_)->statistics()));
    const std::size_t bytes = page.find("\npappus_sent_bytes_total ");
    REQUIRE(bytes != std::string::npos);
    return page.erase(bytes, page.find('\n', bytes + 1) - bytes);
  }
  [[nodiscard]] std::size_t stems() const {
    std::size_t sent = 0;
    for (const auto& [name, each] : all_) sent += each->stems;
    return sent;
  }
  [[nodiscard]] const std::vector<std::string>& disconnected() const { return node_->disconnected; }

private:
  static io::endpoint at(const sim::machine& of) { return {of.address(), relays_port}; }

  [[nodiscard]] node_config config() const {
    node_config config = support::simulated_config();
    config.dandelion = peer::dandelion_options::of(how_.scheme);
    config.dandelion.stem_probability = how_.mode == dandelion_mode::stem ? 1 : 0;
    config.dandelion.epoch = 10h;
    config.dandelion.aggregation = 30s;
    config.dandelion.embargo.floor = 180s;
    for (const sim::machine* const each : outbound_) config.preferred_peers.push_back(at(*each));
    return config;
  }

  [[nodiscard]] bool is_valid(const wire::transaction_ptr& tx) const {
    return how_.by == validation::lenient || !altered_.contains(tx->hash());
  }

  [[nodiscard]] integration::adapter adapter() {
    integration::adapter adapter;
    using peer::validation_result;
    const auto validate = [this](const auto& tx) {
      return is_valid(tx) ? validation_result::accept : validation_result::reject();
    };
    if (how_.by != validation::slow) {
      adapter.transaction_received = [validate](const auto& tx, auto, const auto&) -> validation_result {
        return validate(tx);
      };
      adapter.validate_tx = [this](const auto& tx, auto) -> bool { return is_valid(tx); };
      return adapter;
    }
    adapter.transaction_received = [this, validate](const auto& tx, auto, const auto&,
                                                    integration::responder<validation_result> answer) {
      home_.spawn(later(home_.runtime(), [=] { answer(validate(tx)); }));
    };
    adapter.validate_tx = [this](const auto& tx, auto, integration::responder<bool> answer) {
      home_.spawn(later(home_.runtime(), [this, tx, answer] { answer(is_valid(tx)); }));
    };
    return adapter;
  }
  static task<void> later(io::runtime& on, std::function<void()> what) {
    static_cast<void>(co_await io::sleep_for(on, 70ms));
    what();
  }

  static task<void> connect(probed_world* all) {
    for (std::size_t i = 0; i != all->outbound_.size(); ++i) {
      auto accepted = co_await all->listeners_[i]->accept();
      scripted_peer relay{all->outbound_[i]->runtime(), *std::move(accepted)};
      static_cast<void>(co_await relay.expect<hand>());
      co_await relay.send(relay.good_shake());
      all->add(to_string(at(*all->outbound_[i])), *all->outbound_[i], std::move(relay));
    }
    std::uint16_t port = 1;
    for (const auto& [name, adapter] : std::vector<std::pair<std::string, sim::machine*>>{{"giver", &all->giver_},
                                                                                          {"first", &all->stranger_},
                                                                                          {"second", &all->stranger_},
                                                                                          {"other", &all->other_}}) {
      auto dialed = co_await scripted_peer::dial(adapter->runtime(), all->node_->endpoint());
      static_cast<void>(co_await dialed.greet(dialed.good_hand(port++)));
      all->add(name, *adapter, std::move(dialed));
    }
  }
  void add(const std::string& name, sim::machine& at, scripted_peer self) {
    all_.emplace(name, std::make_unique<recording_peer>(at, std::move(self)));
  }

  /// A ping after each probe, to measure its time.
  static task<void> probe(probed_world* all) {
    const auto what = support::altered(secret, all->how_.what);
    for (int time = 0; time != all->how_.times; ++time) {
      const bool again = time % 2 == 1;
      const char* const name = !again || all->how_.where == from::one_connection ? "first"
                               : all->how_.where == from::one_address            ? "second"
                                                                                 : "other";
      scripted_peer& by = all->all_.at(name)->peer();
      co_await by.send(stem_transaction{what});
      co_await by.send(ping{});
      static_cast<void>(co_await io::sleep_for(all->home_.runtime(), 50ms));
    }
  }

  probing how_;
  sim::world world_;
  sim::machine& home_;
  std::vector<sim::machine*> outbound_;
  sim::machine& giver_;
  sim::machine& stranger_;
  sim::machine& other_;
  std::set<wire::hash> altered_;
  std::vector<io::listener_ptr> listeners_;
  std::unique_ptr<simulated_node> node_;
  std::map<std::string, std::unique_ptr<recording_peer>> all_;
};

void compare(const probing& how) {
  CAPTURE(to_string(how));
  probed_world holds{how};
  probed_world holds_not{how};
  holds.play(true);
  holds_not.play(false);
  std::set<std::string> relays = holds.relays();  // none if none was needed
  relays.merge(holds_not.relays());
  CHECK(relays.size() <= (how.scheme == dandelion_scheme::grin ? 1 : 2));
  const auto heard = holds.heard_without(relays);
  CHECK(heard == holds_not.heard_without(relays));
  CHECK(holds.disconnected() == holds_not.disconnected());
  CHECK(holds.metrics() == holds_not.metrics());
  for (const auto& [name, each] : heard) CHECK_FALSE(each.empty());  // pings at least
}

/// All kinds of probes.
template <class Each>
void for_each_probe(Each each) {
  for (const dandelion_scheme scheme : {dandelion_scheme::grin, dandelion_scheme::dandelion_plus_plus}) {
    for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
      for (const origin held : {origin::own, origin::relayed}) {
        for (const alteration what : support::alterations) {
          probing how;
          how.scheme = scheme;
          how.mode = mode;
          how.held = held;
          how.what = what;
          each(how);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("one stem of any kind does not reveal the transaction") {
  for (const validation by : {validation::lenient, validation::strict, validation::slow}) {
    for_each_probe([by](probing how) {
      how.by = by;
      compare(how);
    });
  }
}

TEST_CASE("several stems do not reveal it, on one connection, on another from the address, or from another address") {
  for (const from where : {from::one_connection, from::one_address, from::two_addresses}) {
    for_each_probe([where](probing how) {
      how.times = 7;
      how.where = where;
      compare(how);
    });
  }
}

TEST_CASE("a probe is relayed like any stem: the relay that did not have it gets it, and no other peer") {
  for (const alteration what : support::alterations) {
    probing how;
    how.by = validation::lenient;
    how.what = what;
    CAPTURE(to_string(how));
    probed_world holds{how};
    probed_world holds_not{how};
    holds.play(true);
    holds_not.play(false);
    CHECK(holds_not.stems() == 1);
    CHECK(holds.stems() == (what == alteration::none ? 1 : 2));
  }
}

TEST_CASE("the score of a rejected stem depends on its bytes only") {
  probing how;
  how.what = alteration::offset;
  how.times = 7;
  probed_world holds{how};
  probed_world holds_not{how};
  holds.play(true);
  holds_not.play(false);
  REQUIRE(holds.disconnected().size() == 1);
  CHECK(holds.disconnected() == holds_not.disconnected());
}

}  // namespace dandelion_probe_test
