// Commands on our own transactions: stem, fluff, and the state of Dandelion.
#include <algorithm>
#include <chrono>
#include <concepts>
#include <utility>

#include <pappus/peer/dandelion/status.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "commands.hpp"
#include "read_message.hpp"

namespace mini_node {

using pappus::failure;
namespace wire = pappus::wire;

pappus::result<wire::transaction_ptr, std::string> commands::read_transaction(std::string_view hex) const {
  wire::transaction_ptr tx;
  const auto read = read_message("transaction", hex, node_.config().chain.limits, [&tx](const auto& message) {
    if constexpr (std::same_as<decltype(message), const wire::messages::transaction&>) tx = message.tx;
  });
  if (!read) return failure{read.error()};
  return tx;
}

void commands::tx(const words& given, const done& answer) {
  const auto tx = read_transaction(given[0]);
  if (!tx) return answer(failure{tx.error()});
  node_.stem(*tx, [answer, kernel = kernel_of(**tx)](const auto& stemmed) {
    if (stemmed) answer(record{{"kernel", kernel}});
    else answer(failure{stemmed.error().message()});
  });
}

void commands::fluff(const words& given, const done& answer) {
  const auto tx = read_transaction(given[0]);
  if (!tx) return answer(failure{tx.error()});
  pool_.add(*tx);
  const auto report = node_.fluff(*tx);
  answer(record{{"kernel", kernel_of(**tx)}, {"report", description_of(report)}});
}

void commands::dandelion(const words& /*none*/, const done& answer) {
  const auto now = node_.dandelion();
  record relays = record::array();
  for (const auto& each : node_.peers()) {
    const bool relays_ours = std::find(now.relays.begin(), now.relays.end(), each.id) != now.relays.end();
    if (relays_ours) relays.push_back(to_string(each.endpoint));
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(now.epoch_left).count();
  answer(record{{"scheme", to_string(node_.config().dandelion.scheme)},
                {"epoch", now.epoch},
                {"mode", to_string(now.mode)},
                {"seconds_left", left},
                {"relays", std::move(relays)},
                {"private", now.transactions},
                {"bytes", now.bytes}});
}

}  // namespace mini_node
