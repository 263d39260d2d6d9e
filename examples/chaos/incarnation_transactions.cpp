// Transactions of an incarnation: those that its host is told of, and its own.
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <pappus/pappus.hpp>

#include "incarnation.hpp"

namespace chaos {
namespace {

/// Relays to which one node may send one private transaction, count: a route and its replacement, in each of the two
/// epochs that an embargo can touch.
constexpr std::size_t max_relays = 4;

}  // namespace

using peer::validation_result;

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
  if (accepted_.is_known(number, deps_.world.now())) {
    broken("no transaction is told to a host twice", fmt::format("transaction {}, from {}", number, from));
  }
  if (host_.has(number)) return validation_result::ignore;
  host_.keep(number);
  if (host_.faults.none()) accepted_.insert(number, deps_.world.now());
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

}  // namespace chaos
