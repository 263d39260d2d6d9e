// What each command does, and how its line is understood.
#include "commands.hpp"

#include <algorithm>
#include <concepts>
#include <optional>
#include <utility>

#include <pappus/coro/frame_recycler.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "read_message.hpp"
#include "text.hpp"

namespace mini_node {
namespace {

using pappus::failure;
using pappus::result;
using pappus::io::endpoint;
namespace io = pappus::io;
namespace wire = pappus::wire;

/// `IP:PORT`, or an IP alone, which stands for it with `port`.
std::optional<endpoint> address_of(std::string_view text, std::uint16_t port) {
  if (const auto address = io::ipv4_address::parse(text)) return endpoint{*address, port};
  const auto where = endpoint::parse(text);
  return where && where->port != 0 ? where : std::nullopt;
}

std::string unreadable(std::string_view text) { return "'" + std::string{text} + "' is not IP or IP:PORT"; }

}  // namespace

std::size_t longest_line(const wire::chain_parameters& network) {
  constexpr std::size_t words_and_blanks = 1024;
  const auto rules = wire::grin_messages::rules(network);
  return words_and_blanks + 2 * std::size_t{*std::ranges::max_element(rules.longest)};
}

const std::vector<commands::command>& commands::all() {
  static const std::vector<command> known{{"peers", "", 0, 0, &commands::peers},
                                          {"tx", "HEX", 1, 1, &commands::tx},
                                          {"fluff", "HEX", 1, 1, &commands::fluff},
                                          {"dandelion", "", 0, 0, &commands::dandelion},
                                          {"connect", "IP[:PORT]", 1, 1, &commands::connect},
                                          {"disconnect", "IP[:PORT]", 1, 1, &commands::disconnect},
                                          {"known", "", 0, 0, &commands::known},
                                          {"bans", "", 0, 0, &commands::bans},
                                          {"ban", "IP[/BITS][:PORT] [SECONDS]", 1, 2, &commands::ban},
                                          {"unban", "IP[/BITS][:PORT]", 1, 1, &commands::unban},
                                          {"tip", "HEIGHT DIFFICULTY", 2, 2, &commands::tip},
                                          {"trust_clock", "", 0, 0, &commands::trust_clock},
                                          {"stats", "", 0, 0, &commands::stats},
                                          {"metrics", "", 0, 0, &commands::metrics},
                                          {"send", "PEER MESSAGE HEX", 3, 3, &commands::send},
                                          {"ask", "PEER MESSAGE HEX", 3, 3, &commands::ask},
                                          {"keep", "MESSAGE HEX", 2, 2, &commands::keep},
                                          {"broadcast", "MESSAGE HEX", 2, 2, &commands::broadcast},
                                          {"archive", "FILE HASH HEIGHT", 3, 3, &commands::archive},
                                          {"download", "PEER HASH HEIGHT FILE", 4, 4, &commands::download},
                                          {"pack", "FOLDER HASH HEIGHT CACHE", 4, 4, &commands::pack},
                                          {"unpack", "PEER HASH HEIGHT FOLDER [MIB]", 4, 5, &commands::unpack},
                                          {"quit", "", 0, 0, &commands::quit}};
  return known;
}

void commands::carry_out(std::string_view line, std::function<void(record)> answer) {
  words given = words_of(line);
  if (given.empty()) return answer(refused("", "an empty line is no command"));
  const std::string name{given.front()};
  given.erase(given.begin());

  const auto found =
      std::find_if(all().begin(), all().end(), [&name](const command& each) { return each.name == name; });
  if (found == all().end()) return answer(refused(name, "unknown command"));
  if (given.size() < found->least || given.size() > found->most) {
    const std::string blank = found->most == 0 ? "" : " ";
    return answer(refused(name, "usage: " + name + blank + std::string{found->parameters}));
  }
  (this->*found->act)(given, [name, answer = std::move(answer)](outcome ended) {
    answer(ended ? granted(name, *ended) : refused(name, ended.error()));
  });
}

record commands::too_long(std::string_view beginning) {
  const words given = words_of(beginning);
  return refused(given.empty() ? "" : given.front(), "the line is longer than any command");
}

void commands::peers(const words& /*none*/, const done& answer) {
  record list = record::array();
  for (const auto& each : node_.peers()) list.push_back(description_of(each));
  answer(record{{"peers", std::move(list)}});
}

void commands::connect(const words& given, const done& answer) {
  const auto where = address_of(given[0], node_.config().network.default_port);
  if (!where) return answer(failure{unreadable(given[0])});
  node_.connect(*where, [answer, where](const auto& connected) {
    if (connected) return answer(description_of(*connected));
    answer(failure{to_string(connected.error()) + " (" + to_string(*where) + ")"});
  });
}

void commands::disconnect(const words& given, const done& answer) {
  const auto where = address_of(given[0], 0);
  if (!where) return answer(failure{unreadable(given[0])});
  const std::size_t ended = node_.disconnect(*where);
  if (ended == 0) return answer(failure{std::string{"no peer at "} + std::string{given[0]}});
  answer(record{{"ended", ended}});
}

void commands::tip(const words& given, const done& answer) {
  const auto height = parse_number(given[0]);
  const auto difficulty = parse_number(given[1]);
  if (!height || !difficulty) return answer(failure{std::string{"height and difficulty are decimal numbers"}});
  follower_.set_tip({*difficulty, *height});
  answer(record{});
}

void commands::trust_clock(const words& /*none*/, const done& answer) {
  node_.trust_clock();
  answer(record{});
}

void commands::stats(const words& /*none*/, const done& answer) {
  record counted = description_of(node_.statistics());
  counted["pool"] = {{"transactions", pool_.size()}, {"bytes", pool_.bytes()}, {"dropped", pool_.dropped()}};
  const auto kept = chain_.counted();
  counted["kept"] = {{"headers", kept.headers}, {"aside", kept.aside},     {"blocks", kept.blocks},
                     {"bytes", kept.bytes},     {"dropped", kept.dropped}, {"passed_on", follower_.passed_on()}};
  counted["output"] = {{"bytes_waiting", out_.bytes_waiting()}, {"events_dropped", out_.events_dropped()}};
  const auto frames = pappus::coro::frame_recycler::statistics();
  counted["coroutine_frames"] = {{"live", frames.live},
                                 {"allocated", frames.allocated},
                                 {"reused", frames.reused},
                                 {"idle_bytes", frames.idle_bytes}};
  counted["metrics"] = record::parse(to_json(numbers()));
  answer(record{{"stats", std::move(counted)}});
}

void commands::metrics(const words& /*none*/, const done& answer) {
  answer(record{{"text", to_prometheus(numbers())}});
}

std::vector<pappus::integration::metric> commands::numbers() const {
  using pappus::integration::metric_kind;
  auto all = pappus::metrics_of(node_.statistics());
  const auto add = [&all](std::string_view name, std::string_view help, metric_kind kind, std::uint64_t value) {
    all.push_back({name, help, kind, {}, {{{}, value}}});
  };
  const auto frames = pappus::coro::frame_recycler::statistics();
  add("pappus_node_pool_transactions", "Transactions in the pool.", metric_kind::gauge, pool_.size());
  add("pappus_node_pool_bytes", "Bytes of these.", metric_kind::gauge, pool_.bytes());
  add("pappus_node_pool_dropped_total", "Transactions dropped to make room.", metric_kind::counter, pool_.dropped());
  add("pappus_node_output_bytes", "Bytes that wait for standard output.", metric_kind::gauge, out_.bytes_waiting());
  add("pappus_node_events_dropped_total", "Events dropped while too much waits.", metric_kind::counter,
      out_.events_dropped());
  add("pappus_node_coroutine_frames", "Live coroutine frames.", metric_kind::gauge, frames.live);
  add("pappus_node_coroutine_idle_bytes", "Bytes kept for more of them.", metric_kind::gauge, frames.idle_bytes);
  return all;
}

void commands::quit(const words& /*none*/, const done& answer) {
  answer(record{});
  node_.stop();
}

}  // namespace mini_node
