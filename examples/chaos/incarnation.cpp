#include "incarnation.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <pappus/pappus.hpp>

namespace chaos {
namespace {

using peer::validation_result;

/// Relays to which one node may send one private transaction, count: a route and its replacement, in each of the two
/// epochs that an embargo can touch.
constexpr std::size_t max_relays = 4;

/// Reasons that blame the peer. Honest ones are never disconnected for these.
bool blames(peer::disconnect_reason why) {
  using enum peer::disconnect_reason;
  constexpr std::array blaming{banned,        reported,        discouraged,        wrong_magic,
                               bad_message,   memory_limit,    unexpected_message, too_many_messages,
                               other_genesis, self_connection, banned_by_peer,     no_common_version};
  return std::ranges::find(blaming, why) != blaming.end();
}

}  // namespace

incarnation::incarnation(const dependencies& deps, std::size_t number, host& application, sim::machine& at,
                         pappus::node_config config)
    : deps_(deps),
      number_(number),
      host_(application),
      process_(at.runtime()),
      calls_(*this),
      node_(process_, std::move(config), functions()) {
  node_.set_chain_tip(host_.kept.blocks.tip());
  node_.set_header_tip(host_.kept.blocks.header_tip());
  process_.spawn(run());
}

incarnation::~incarnation() = default;

incarnation::open_calls::~open_calls() {
  if (count != 0)
    owner.broken("a completion is called, at the latest when its node is destroyed", std::to_string(count));
}

pappus::task<void> incarnation::run() {
  const auto ended = co_await node_.run();
  over_ = true;
  if (!ended) failure_ = ended.error();
  if (!ending_) ending_ = deps_.world.now();
}

void incarnation::stop() {
  ending_ = deps_.world.now();
  node_.stop();
}

void incarnation::crashed() {
  if (!ending_) ending_ = deps_.world.now();
  host_.faults.forget();
}

std::string incarnation::name() const { return fmt::format("node {}", number_); }

void incarnation::broken(std::string rule, std::string detail) {
  deps_.watch.broken(std::move(rule), name() + ": " + std::move(detail), deps_.world.now());
}

void incarnation::told(const char* what) {
  if (over_) broken("nothing is told to a host after its node has ended", what);
}

bool incarnation::is_honest(io::ipv4_address address) const {
  const sim::machine* const found = deps_.world.find(address);
  return found != nullptr && found->index() < deps_.nodes;
}

bool incarnation::is_own(std::size_t transaction) const {
  return std::ranges::any_of(host_.kept.own, [&](const auto& each) { return each.number == transaction; });
}

template <class Function>
auto incarnation::once(const char* what, Function then) {
  ++calls_.count;
  const auto called = std::make_shared<bool>(false);
  return [this, called, what, then = std::move(then)](const auto& outcome) {
    if (std::exchange(*called, true)) return broken("a completion is called once", what);
    --calls_.count;
    then(outcome);
  };
}

pappus::integration::adapter incarnation::functions() {
  pappus::integration::adapter made;
  add_transaction_functions(made);
  add_chain_functions(made);
  add_notifications(made);
  add_peer_notifications(made);
  return made;
}

void incarnation::add_transaction_functions(pappus::integration::adapter& to) {
  host_faults& faults = host_.faults;
  faults.set(
      to.transaction_received,
      [this](const wire::transaction_ptr& tx, peer::phase at, const peer::peer_info& from) {
        return received(tx, at, from);
      },
      validation_result::ignore);
  faults.set(
      to.get_transaction,
      [this](const wire::hash& kernel) -> wire::transaction_ptr {
        told("get_transaction");
        const auto number = deps_.all.number_of(kernel);
        return number && host_.pool.contains(*number) ? deps_.all.transactions()[*number].whole : nullptr;
      },
      nullptr);
  faults.set(
      to.validate_tx,
      [this](const wire::transaction_ptr& tx, peer::phase) {
        told("validate_tx");
        return deps_.all.number_of(*tx).has_value();
      },
      true);  // no host says no to its own
}

void incarnation::add_chain_functions(pappus::integration::adapter& to) {
  host_faults& faults = host_.faults;
  faults.set(
      to.header_received,
      [this](const wire::header& head, const peer::peer_info& from) { return received(head, from); },
      validation_result::ignore);
  faults.set(
      to.block_received,
      [this](const wire::block_ptr& block, const peer::peer_info& from) { return received(block, from); },
      validation_result::ignore);
  faults.set(to.locate_headers,
             [this](std::span<const wire::hash> locator) { return host_.kept.blocks.headers_after(locator); }, {});
  faults.set(
      to.get_block,
      [this](const wire::hash& id) -> wire::block_ptr {
        const ledger::block* const found = deps_.all.find(id);
        return found != nullptr && host_.kept.blocks.has_block(*found) ? found->whole : nullptr;
      },
      nullptr);
  faults.set(
      to.get_locator, [this] { return host_.kept.blocks.locator(); }, host_.kept.blocks.locator());
  faults.set(
      to.import_headers,
      [this](const integration::headers_ptr& batch) {
        told("import_headers");
        const auto outcome = host_.kept.blocks.import_headers(*batch);
        node_.set_header_tip(host_.kept.blocks.header_tip());
        return outcome;
      },
      integration::import_result::busy);
  faults.set(to.get_missing_blocks,
             [this](const std::optional<wire::hash>& after, std::size_t count) {
               return host_.kept.blocks.missing(after, count);
             },
             {});
  faults.set(
      to.import_block, [this](const wire::block_ptr& block) { return import(block); },
      integration::import_result::busy);
}

void incarnation::add_notifications(pappus::integration::adapter& to) {
  to.transaction_stemmed = [this](const wire::transaction_ptr& tx, const peer::peer_info& relay) {
    told("transaction_stemmed");
    if (const auto number = deps_.all.number_of(*tx)) stemmed(*number, relay);
    host_.faults.maybe_throw();
  };
  to.transaction_fluffed = [this](const wire::transaction_ptr& tx, peer::fluff_reason, const peer::broadcast_report&) {
    told("transaction_fluffed");
    if (const auto number = deps_.all.number_of(*tx)) fluffed(*number);
    host_.faults.maybe_throw();
  };
  to.listening = [this](io::endpoint) {
    told("listening");
    listens_ = true;
  };
  to.log = [this](const peer::log_line& line) { logged(line); };
}

void incarnation::add_peer_notifications(pappus::integration::adapter& to) {
  to.peer_connected = [this](const peer::peer_info& peer) {
    told("peer_connected");
    connected(peer);
    host_.faults.maybe_throw();
  };
  to.peer_disconnected = [this](const peer::peer_info& peer, const peer::disconnect_info& why) {
    told("peer_disconnected");
    disconnected(peer, why);
    host_.faults.maybe_throw();
  };
  to.banned = [this](const peer::ban& made) {
    told("banned");
    banned(made);
  };
}

void incarnation::logged(const peer::log_line& line) {
  const bool is_internal = line.category == peer::log_category::internal_error;
  if (is_internal && line.level == peer::log_level::error && host_.faults.throwing == 0) {
    broken("a node has no internal error while its host does not throw", line.text);
  }
  if (line.category != peer::log_category::discouragement) return;
  const auto concerned = io::endpoint_range::parse(line.text.substr(0, line.text.find(' ')));
  if (concerned && is_honest(concerned->network)) broken("no honest peer is blamed", line.text);
}

// Transactions

validation_result incarnation::received(const wire::transaction_ptr& tx, peer::phase at, const peer::peer_info& from) {
  told("transaction_received");
  const auto number = deps_.all.number_of(*tx);
  if (!number) return validation_result::reject();
  if (at == peer::phase::fluff) return received_fluff(*number, to_string(from.endpoint));
  if (is_honest(from.endpoint.address) && from.direction == peer::direction::outbound) {
    broken("a private transaction goes to outbound peers only",
           fmt::format("transaction {} came from {}, an outbound peer", *number, to_string(from.endpoint)));
  }
  return host_.has(*number) ? validation_result::ignore : validation_result::accept;
}

validation_result incarnation::received_fluff(std::size_t number, const std::string& from) {
  if (!deps_.all.transactions()[number].is_public) {
    broken("a private transaction is seen by its relays only",
           fmt::format("transaction {} came from {} as a public one", number, from));
  }
  if (accepted_.contains(number)) {
    broken("no transaction is told to a host twice", fmt::format("transaction {}, from {}", number, from));
  }
  if (host_.has(number)) return validation_result::ignore;
  host_.keep(number);
  if (host_.faults.none()) accepted_.insert(number);
  return validation_result::accept;
}

void incarnation::stemmed(std::size_t number, const peer::peer_info& relay) {
  std::set<io::endpoint>& relays = relays_[number];
  relays.insert(relay.endpoint);
  if (relays.size() > max_relays) {
    broken("a private transaction goes to few relays", fmt::format("transaction {} went to {}", number, relays.size()));
  }
  if (relay.direction != peer::direction::outbound) {
    broken("a private transaction goes to outbound peers only",
           fmt::format("transaction {} went to {}", number, to_string(relay.endpoint)));
  }
}

void incarnation::fluffed(std::size_t number) {
  deps_.all.transactions()[number].is_public = true;
  if (!fluffed_.insert(number).second) {
    broken("no fluff is told to a host twice", fmt::format("transaction {}", number));
  }
  host_.keep(number);
}

void incarnation::send_own(std::size_t transaction) {
  if (!is_own(transaction)) host_.kept.own.push_back({transaction});
  const auto done = [this, transaction](const pappus::result<void>& stored) {
    if (!stored) return;  // the host sends it again
    for (own_transaction& each : host_.kept.own) each.acknowledged = each.acknowledged || each.number == transaction;
  };
  node_.stem(deps_.all.transactions()[transaction].whole, once("stem", done));
}

void incarnation::rebroadcast() {
  for (const own_transaction& each : std::vector{host_.kept.own}) {
    if (host_.kept.blocks.confirms(each.number)) continue;
    if (each.told_public) host_.pool.insert(each.number);
    else send_own(each.number);  // refused if it is private still
  }
  for (const std::size_t each : host_.pool) {
    if (host_.kept.blocks.confirms(each)) continue;
    static_cast<void>(node_.broadcast(deps_.all.transactions()[each].whole));
  }
}

/// Whether an acknowledged transaction is still the node's after a restart.
void incarnation::check_own(std::size_t transaction) {
  const auto done = [this, transaction](const pappus::result<peer::stem_result>& outcome) {
    const bool lost = !outcome && outcome.error() == make_error_code(peer::stem_errc::not_private);
    if (lost && !host_.has(transaction)) {
      broken("nothing acknowledged is lost", fmt::format("transaction {} is not private any more", transaction));
    }
  };
  node_.stem_result(deps_.all.transactions()[transaction].whole, once("stem_result", done));
}

// Chain

validation_result incarnation::received(const wire::header& head, const peer::peer_info& from) {
  told("header_received");
  const ledger::block* const found = deps_.all.find(head);
  if (found == nullptr) return validation_result::reject(wire::reason_for_ban::bad_header);
  if (accepted_headers_.contains(head.hash())) {
    broken("no header is told to a host twice",
           fmt::format("height {}, from {}", found->height, to_string(from.endpoint)));
  }
  const auto outcome = host_.kept.blocks.import_headers({&head, 1});
  if (outcome != integration::import_result::accepted) return validation_result::ignore;
  if (host_.faults.none()) accepted_headers_.insert(head.hash());
  node_.set_header_tip(host_.kept.blocks.header_tip());
  return validation_result::accept;
}

validation_result incarnation::received(const wire::block_ptr& block, const peer::peer_info& from) {
  told("block_received");
  const ledger::block* const found = deps_.all.find(block->header());
  if (found == nullptr) return validation_result::reject(wire::reason_for_ban::bad_block);
  if (accepted_blocks_.contains(block->hash())) {
    broken("no block is told to a host twice",
           fmt::format("height {}, from {}", found->height, to_string(from.endpoint)));
  }
  if (import(block) != integration::import_result::accepted) return validation_result::ignore;
  if (host_.faults.none()) accepted_blocks_.insert(block->hash());
  return validation_result::accept;
}

integration::import_result incarnation::import(const wire::block_ptr& block) {
  told("import_block");
  const ledger::block& before = host_.kept.blocks.best();
  const auto outcome = host_.kept.blocks.import_block(*block);
  if (outcome != integration::import_result::accepted) return outcome;
  for (const std::size_t each : deps_.all.find(block->hash())->transactions) host_.keep(each);  // public, on any fork
  tips_changed(before);
  return outcome;
}

/// Tells the node of its tips, and the peers of a new one.
void incarnation::tips_changed(const ledger::block& before) {
  const chain& blocks = host_.kept.blocks;
  node_.set_chain_tip(blocks.tip());
  node_.set_header_tip(blocks.header_tip());
  if (&blocks.best() == &before) return;
  static_cast<void>(node_.broadcast(blocks.best().whole->header()));
}

void incarnation::mine(std::size_t max) {
  const ledger::block& before = host_.kept.blocks.best();
  std::vector<std::size_t> included;
  for (const std::size_t each : host_.pool) {
    if (included.size() == max) break;
    if (!host_.kept.blocks.confirms(each)) included.push_back(each);
  }
  const ledger::block& mined = deps_.all.add_block(before, std::move(included), deps_.world.now());
  static_cast<void>(host_.kept.blocks.import_block(*mined.whole));
  node_.block_accepted(*mined.whole);
  tips_changed(before);
}

// Peers and bans

void incarnation::connected(const peer::peer_info& peer) {
  if (!connected_.insert(peer.id).second || ended_.contains(peer.id)) {
    broken("a session begins once", to_string(peer.endpoint));
  }
}

void incarnation::disconnected(const peer::peer_info& peer, const peer::disconnect_info& why) {
  if (connected_.erase(peer.id) != 0) ended_.insert(peer.id);
  else if (ended_.contains(peer.id)) broken("a session ends once", to_string(peer.endpoint) + ": " + to_string(why));
  if (is_honest(peer.endpoint.address) && blames(why.reason)) {
    broken("no honest peer is blamed", to_string(peer.endpoint) + ": " + to_string(why));
  }
}

void incarnation::banned(const peer::ban& made) {
  if (made.author == peer::ban_author::node && is_honest(made.range.network)) {
    broken("there is no ban without proof", to_string(made.range));
  }
}

void incarnation::ban(io::ipv4_address address) {
  const auto done = [this, address](const pappus::result<void>& stored) {
    if (stored) host_.kept.bans.insert(address);
  };
  constexpr io::duration forever = std::chrono::hours{24 * 300};
  node_.ban(io::endpoint_range{address}, forever, wire::reason_for_ban::manual, once("ban", done));
}

void incarnation::check_bans() {
  std::set<io::ipv4_address> present;
  for (const peer::ban& each : node_.bans()) present.insert(each.range.network);
  for (const io::ipv4_address each : host_.kept.bans) {
    if (!present.contains(each)) broken("nothing acknowledged is lost", "the ban of " + to_string(each));
  }
}

void incarnation::check_kept() {
  check_bans();
  for (const own_transaction& each : host_.kept.own) {
    const bool may_be_lost = !each.acknowledged || each.told_public || host_.has(each.number);
    if (!may_be_lost) check_own(each.number);
  }
}

}  // namespace chaos
