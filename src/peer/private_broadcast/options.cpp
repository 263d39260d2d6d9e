#include <cmath>
#include <span>

#include <pappus/peer/limits.hpp>
#include <pappus/peer/private_broadcast/limits.hpp>
#include <pappus/peer/private_broadcast/options.hpp>
#include <pappus/wire/utf8.hpp>

#include "../../check_setting.hpp"

namespace pappus::peer {
namespace {

void check_pause(io::duration given, const std::string& name) {
  check_setting(given > io::duration::zero(), name, "must be positive");
  check_setting(given <= limits::max_private_delay, name, "must be at most a day");
}

}  // namespace

/// Not inline: g++ 12 would warn of every default `node_config`, as if the string could be uninitialized.
private_broadcast_options::private_broadcast_options() = default;

void private_broadcast_options::check(const std::string& name) const {
  check_setting(connections != 0 && connections <= limits::max_round_connections, name + ".connections",
                "must be from 1 to " + std::to_string(limits::max_round_connections));
  check_pause(mean_delay, name + ".mean_delay");
  check_pause(retry.initial, name + ".retry.initial");
  check_pause(retry.max, name + ".retry.max");
  check_setting(retry.multiplier >= 1 && std::isfinite(retry.multiplier), name + ".retry.multiplier",
                "must be at least 1");
  check_setting(retry.jitter >= 0 && retry.jitter <= 1, name + ".retry.jitter", "must be from 0 to 1");
  check_setting(user_agent.size() <= limits::max_user_agent, name + ".user_agent",
                "must be at most " + std::to_string(limits::max_user_agent) + " bytes long");
  check_setting(wire::is_utf8(std::as_bytes(std::span{user_agent})), name + ".user_agent", "must be UTF-8");
}

}  // namespace pappus::peer
