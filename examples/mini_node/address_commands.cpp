// Commands on addresses, connected or not: the address book and the bans.
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

#include "commands.hpp"
#include "former_keys.hpp"
#include "parameters.hpp"

namespace mini_node {
namespace {

using pappus::failure;
namespace io = pappus::io;

std::string unreadable(std::string_view text) {
  return is_not(text, "IP[/BITS][:PORT], with BITS from 0 to 32 and a PORT from 1 to 65535");
}

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
  const auto seconds = given.size() > 1 ? number_of("SECONDS", given[1], {.unit = "seconds"}) : default_ban_seconds;
  if (!seconds) return answer(failure{seconds.error()});
  node_.ban(*whom, std::chrono::seconds{std::min(*seconds, max_ban_seconds)}, pappus::wire::reason_for_ban::manual,
            [answer](const auto& stored) {
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
