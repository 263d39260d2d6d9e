// Commands on addresses, connected or not: the address book and the bans.
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/peer/access/limits.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

#include "commands.hpp"
#include "former_keys.hpp"
#include "text.hpp"

namespace mini_node {
namespace {

using pappus::failure;
namespace io = pappus::io;
namespace limits = pappus::peer::limits;

std::string unreadable(std::string_view text) { return "'" + std::string{text} + "' is not IP, IP:PORT or IP/BITS"; }

}  // namespace

void commands::addresses(const words& /*none*/, const done& answer) {
  record list = record::array();
  for (const auto& each : node_.known_addresses()) list.push_back(description_of(each, node_.address_state(each)));
  answer(with_former_keys(record{{"addresses", std::move(list)}}, {{"addresses", "known"}}));
}

void commands::bans(const words& /*none*/, const done& answer) {
  record list = record::array();
  for (const auto& each : node_.bans()) list.push_back(description_of(each));
  answer(record{{"bans", std::move(list)}});
}

void commands::ban(const words& given, const done& answer) {
  const auto whom = io::endpoint_range::parse(given[0]);
  if (!whom) return answer(failure{unreadable(given[0])});
  constexpr auto longest = static_cast<std::uint64_t>(std::chrono::seconds{limits::max_ban_time}.count());
  std::chrono::seconds length = limits::default_ban_time;
  if (given.size() == 2) {
    const auto seconds = parse_number(given[1]);
    if (!seconds) return answer(failure{std::string{"'"} + std::string{given[1]} + "' is no number of seconds"});
    length = std::chrono::seconds{std::min(*seconds, longest)};
  }
  node_.ban(*whom, length, pappus::wire::reason_for_ban::manual, [answer](const auto& stored) {
    if (!stored) return answer(failure{"in force, but not stored yet: " + stored.error().message()});
    answer(record{});
  });
}

void commands::unban(const words& given, const done& answer) {
  const auto whom = io::endpoint_range::parse(given[0]);
  if (!whom) return answer(failure{unreadable(given[0])});
  const auto banned = node_.bans();
  const bool any = std::ranges::any_of(banned, [&whom](const auto& each) { return whom->contains(each.range); });
  if (!any) return answer(failure{"nobody at " + to_string(*whom) + " is banned"});
  node_.unban(*whom, [answer](const auto& stored) {
    if (!stored) return answer(failure{"lifted, but not stored yet: " + stored.error().message()});
    answer(record{});
  });
}

}  // namespace mini_node
