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

/// No attacker has a key of a private link or a name, nor goes through a proxy.
bool incarnation::is_honest(pappus::ip_address address) const {
  if (address.is_named()) return true;
  const sim::machine* const found = deps_.world.find(address);
  return found != nullptr && (found->index() < deps_.nodes || found->index() >= deps_.nodes + deps_.hostile);
}

/// Whether it may learn of its own address from others, and dial it: it knows the one that it advertises alone.
bool incarnation::may_meet_itself() const {
  return is_proxied(deps_.world.seed(), number_) || deps_.world.machines()[number_]->addresses().size() > 1;
}

bool incarnation::is_own(std::size_t transaction) const {
  return std::ranges::any_of(host_.kept.own, [&](const auto& each) { return each.number == transaction; });
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

void incarnation::connected(const peer::peer_info& peer) {
  if (!connected_.insert(peer.id).second || ended_.contains(peer.id)) {
    broken("a session begins once", to_string(peer.endpoint));
  }
}

void incarnation::disconnected(const peer::peer_info& peer, const peer::disconnect_info& why) {
  if (connected_.erase(peer.id) != 0) ended_.insert(peer.id);
  else if (ended_.contains(peer.id)) broken("a session ends once", to_string(peer.endpoint) + ": " + to_string(why));
  const bool is_itself = why.reason == peer::disconnect_reason::self_connection && may_meet_itself();
  if (is_honest(peer.endpoint.address) && blames(why.reason) && !is_itself) {
    broken("no honest peer is blamed", to_string(peer.endpoint) + ": " + to_string(why));
  }
}

void incarnation::banned(const peer::ban& made) {
  if (made.author == peer::ban_author::node && is_honest(made.range.network)) {
    broken("there is no ban without proof", to_string(made.range));
  }
}

void incarnation::ban(pappus::ip_address address) {
  const auto done = [this, address](const pappus::result<void>& stored) {
    if (stored) host_.kept.bans.insert(address);
  };
  constexpr io::duration forever = std::chrono::hours{24 * 300};
  node_.ban(io::endpoint_range{address}, forever, wire::reason_for_ban::manual, once("ban", done));
}

void incarnation::check_bans() {
  std::set<pappus::ip_address> present;
  for (const peer::ban& each : node_.bans()) present.insert(each.range.network);
  for (const pappus::ip_address each : host_.kept.bans) {
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
