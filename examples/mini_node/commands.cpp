// Parsing and execution of the commands.
#include "commands.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <pappus/coro/frame_recycler.hpp>
#include <pappus/former_metrics.hpp>
#include <pappus/peer/reachability/status.hpp>

#include "former_keys.hpp"
#include "parameters.hpp"

namespace mini_node {
namespace {

using pappus::failure;

/// The name of a command, given that or the one it had before version 0.2, which is accepted for one release.
std::string_view current_name(std::string_view name) {
  if (name == "known") return "addresses";
  if (name == "keep") return "serve";
  if (name == "ask") return "request";
  return name;
}

/// Metrics of this program, and the names that they had before version 0.2.
constexpr std::pair<std::string_view, std::string_view> renamed_metrics[] = {
    {"pappus_node_header_orphans", "pappus_node_headers_aside"},
    {"pappus_node_blocks_relayed_total", "pappus_node_blocks_passed_on_total"},
};

/// Appends a copy of each of them under its former name.
void add_former_names_of_program(std::vector<pappus::integration::metric>& all) {
  for (const auto& [name, former] : renamed_metrics) {
    auto copy = *std::ranges::find(all, name, &pappus::integration::metric::name);
    copy.name = former;
    all.push_back(std::move(copy));
  }
}

}  // namespace

const std::vector<command<commands>>& commands::all() {
  static const std::vector<command<commands>> known = extended<commands>(
      {{"help", "", 0, 0, &commands::help, "lists the commands"},
       {"fluff", "HEX", 1, 1, &commands::fluff, "sends a transaction to all peers at once"},
       {"tip", "HEIGHT DIFFICULTY", 2, 2, &commands::tip, "sets the chain tip that pings advertise"},
       {"stats", "", 0, 0, &commands::stats, "counters and gauges"},
       {"metrics", "", 0, 0, &commands::metrics, "the same as text for Prometheus"},
       {"send", "PEER MESSAGE HEX", 3, 3, &commands::send,
        "sends a message of the protocol, by its name and body; PEER is its id, or IP:PORT if no other "
        "says the same"},
       {"request", "PEER MESSAGE HEX", 3, 3, &commands::request,
        "sends a request and reports the response: get_peer_addrs, get_headers, get_block, get_compact_block, "
        "get_output_segment and "
        "its like"},
       {"serve", "MESSAGE HEX", 2, 2, &commands::serve,
        "serves this to peers from now on: header, headers, block, compact_block, output_segment and its like"},
       {"broadcast", "MESSAGE HEX", 2, 2, &commands::broadcast,
        "serves a header, compact_block or block, and sends it to all peers"},
       {"archive", "FILE HASH HEIGHT", 3, 3, &commands::archive,
        "serves this file to peers that request the chain's state"},
       {"download", "PEER HASH HEIGHT FILE", 4, 4, &commands::download,
        "requests the chain's state at a block and stores it in a new file"},
       {"pack", "FOLDER HASH HEIGHT CACHE", 4, 4, &commands::pack,
        "serves an archive of the files of this folder, made at the first request; it is made in CACHE, a folder for "
        "nothing else"},
       {"unpack", "PEER HASH HEIGHT FOLDER [MIB]", 4, 5, &commands::unpack,
        fmt::format(
            "requests it, at most MIB mebibytes ({}, by default {}), checks all of it, and unpacks it into a new "
            "folder below this one",
            to_string(unpack_limits), default_unpack_limit)}},
      common());
  return known;
}

std::string commands::help_text() { return help_of(all()); }

void commands::carry_out(std::string_view line, std::function<void(record)> answer) {
  mini_node::carry_out(*this, all(), line, std::move(answer), &current_name);
}

void commands::help(const words& /*none*/, const done& answer) { answer(list_of(all())); }

void commands::fluff(const words& given, const done& answer) {
  const auto tx = read_transaction(given[0]);
  if (!tx) return answer(failure{tx.error()});
  pool_.add(*tx);
  const auto report = node_.fluff(*tx);
  answer(record{{"kernel", kernel_of(**tx)}, {"report", description_of(report)}});
}

void commands::tip(const words& given, const done& answer) {
  const auto height = number_of("HEIGHT", given[0]);
  if (!height) return answer(failure{height.error()});
  const auto difficulty = number_of("DIFFICULTY", given[1]);
  if (!difficulty) return answer(failure{difficulty.error()});
  follower_.set_tip({*difficulty, *height});
  answer(record{});
}

void commands::stats(const words& /*none*/, const done& answer) {
  record counted = description_of(node_.statistics());
  counted["reachability"] = description_of(node_.reachability());
  counted["pool"] = {{"transactions", pool_.size()}, {"bytes", pool_.bytes()}, {"dropped", pool_.dropped()}};
  const auto kept = chain_.counted();
  counted["cache"] = with_former_keys({{"headers", kept.headers},
                                       {"ahead", kept.ahead},
                                       {"orphans", kept.orphans},
                                       {"blocks", kept.blocks},
                                       {"bytes", kept.bytes},
                                       {"dropped", kept.dropped},
                                       {"relayed", follower_.relayed()}},
                                      {{"orphans", "aside"}, {"relayed", "passed_on"}});
  counted["output"] = {{"bytes_waiting", out_.bytes_waiting()},
                       {"events_dropped", out_.events_dropped()},
                       {"events_suppressed", strangers_.suppressed()}};
  const auto frames = pappus::coro::frame_recycler::statistics();
  counted["coroutine_frames"] = {{"live", frames.live},
                                 {"allocated", frames.allocated},
                                 {"reused", frames.reused},
                                 {"idle_bytes", frames.idle_bytes}};
  counted["metrics"] = record::parse(to_json(numbers()));
  counted = with_former_keys(std::move(counted), {{"cache", "kept"}});
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
  add("pappus_node_pool_bytes", "Bytes of the transactions in the pool.", metric_kind::gauge, pool_.bytes());
  add("pappus_node_pool_dropped_total", "Transactions dropped from the pool to make room.", metric_kind::counter,
      pool_.dropped());
  add("pappus_node_output_bytes", "Bytes that wait for standard output.", metric_kind::gauge, out_.bytes_waiting());
  add("pappus_node_events_dropped_total", "Events dropped because too many bytes waited for standard output.",
      metric_kind::counter, out_.events_dropped());
  add("pappus_node_events_suppressed_total",
      "Events not written because connections without a handshake caused too many.", metric_kind::counter,
      strangers_.suppressed());
  const auto kept = chain_.counted();
  add("pappus_node_headers", "Headers received and kept.", metric_kind::gauge, kept.headers);
  add("pappus_node_headers_ahead",
      "Headers of the chain that is followed whose blocks, or those before them, have not all arrived.",
      metric_kind::gauge, kept.ahead);
  add("pappus_node_header_orphans",
      "Other headers received and kept whose blocks, or those before them, have not all arrived.", metric_kind::gauge,
      kept.orphans);
  add("pappus_node_blocks", "Blocks and compact blocks received and kept.", metric_kind::gauge, kept.blocks);
  add("pappus_node_block_bytes", "Bytes of the blocks and compact blocks received and kept.", metric_kind::gauge,
      kept.bytes);
  add("pappus_node_chain_dropped_total", "Headers and blocks dropped to make room.", metric_kind::counter,
      kept.dropped);
  add("pappus_node_blocks_relayed_total", "Tips announced to other peers.", metric_kind::counter, follower_.relayed());
  add("pappus_node_coroutine_frames", "Frames of coroutines that have not ended, and small messages in memory.",
      metric_kind::gauge, frames.live);
  add("pappus_node_coroutine_idle_bytes",
      "Bytes of frames of coroutines and of small messages that are free and kept for reuse.", metric_kind::gauge,
      frames.idle_bytes);
  pappus::add_former_names(all);
  add_former_names_of_program(all);
  return all;
}

}  // namespace mini_node
