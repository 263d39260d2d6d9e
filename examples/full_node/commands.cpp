#include "full_node/commands.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include <pappus/metrics.hpp>
#include <pappus/peer/reachability/status.hpp>
#include <pappus/wire/hex.hpp>

#include "mini_node/parameters.hpp"

namespace full_node {

using mini_node::command;
using mini_node::number_of;
using mini_node::number_range;
using mini_node::record;
using pappus::failure;
namespace wire = pappus::wire;

namespace {

/// The chain may take minutes for one of them; the queues of both threads have room for more.
constexpr std::size_t max_waiting = 1'000;

constexpr number_range blocks_to_mine{1, 10'000};
constexpr number_range salts{0, std::numeric_limits<std::uint32_t>::max()};
constexpr number_range spends = salts;  // of one reward

record description_of(const place& where) {
  return {{"hash", to_string(where.hash)}, {"height", where.height}, {"total_difficulty", where.total_difficulty}};
}

record description_of(const heads& chain) {
  return {{"body", description_of(chain.body)},       {"header", description_of(chain.header)},
          {"tail", description_of(chain.tail)},       {"fork_point", description_of(chain.fork_point)},
          {"archive", description_of(chain.archive)}, {"state_is_needed", chain.state_is_needed}};
}

std::string description_of(const fault& why) { return fmt::format("{}: {}", to_string(why.what), why.reason); }

/// A parameter that may be left out.
pappus::result<std::uint64_t, std::string> number_at(std::size_t index, std::string_view name,
                                                     const mini_node::command_words& given, std::uint64_t usual,
                                                     const number_range& allowed) {
  if (given.size() <= index) return usual;
  return number_of(name, given[index], allowed);
}

}  // namespace

const std::vector<command<commands>>& commands::all() {
  static const std::vector<command<commands>> known = extended<commands>(
      {{"help", "", 0, 0, &commands::help, "lists the commands"},
       {"status", "", 0, 0, &commands::status, "the heads of the chain, and how far the synchronization is"},
       {"mine", "[N [SALT]]", 0, 2, &commands::mine,
        fmt::format("mines N blocks, {}, on a testing network, and sends them out; blocks with different SALT, {}, "
                    "differ; answers when all are mined",
                    to_string(blocks_to_mine), to_string(salts))},
       {"mine_history", "[N]", 0, 1, &commands::mine_history,
        fmt::format(
            "likewise, but blocks that make many outputs and spend them: 130 have the outputs that the import of a "
            "state by segments needs; {}",
            to_string(blocks_to_mine))},
       {"compact", "", 0, 0, &commands::compact, "drops blocks beyond the horizon"},
       {"spend", "HEIGHT [SALT [FEE [N]]]", 1, 4, &commands::spend,
        "makes a transaction that spends the reward of that block, mined with that SALT, and pays that many nanogrin "
        "more than it must; with N, from 1 on, it spends the output of the one with N - 1 instead, made without FEE; "
        "for `tx` and `fluff`"},
       {"fluff", "HEX", 1, 1, &commands::fluff, "adds a transaction to the pool, and sends it to all peers at once"},
       {"pool", "", 0, 0, &commands::pool, "lists the kernels of the transactions in the pool"},
       {"validate", "[fast]", 0, 1, &commands::validate,
        "verifies the whole state of the chain, without range proofs and signatures if fast"},
       {"stats", "", 0, 0, &commands::stats, "counters and gauges"},
       {"metrics", "", 0, 0, &commands::metrics, "the same as text for Prometheus"}},
      common());
  return known;
}

std::string commands::help_text() { return help_of(all()); }

void commands::carry_out(std::string_view line, std::function<void(record)> answer) {
  mini_node::carry_out(*this, all(), line, std::move(answer));
}

template <class Work, class Answer>
void commands::ask(Work work, const handler& refuse, Answer answer) {
  if (waiting_ == max_waiting) return refuse(failure{fmt::format("{} commands wait for the chain", waiting_)});
  ++waiting_;
  on_chain_([this, work = std::move(work), refuse, answer = std::move(answer)] {
    auto result = work(chain_);
    net_.post(
        [this, result = std::move(result), refuse, answer](pappus::node&) {
          --waiting_;
          if (result) answer(*result);
          else refuse(failure{description_of(result.error())});
        },
        {});
  });
}

void commands::help(const words& /*none*/, const handler& answer) { answer(list_of(all())); }

void commands::stats(const words& /*none*/, const handler& answer) {
  const auto now = node_.statistics();
  record counted = mini_node::description_of(now);
  counted["reachability"] = mini_node::description_of(node_.reachability());
  counted["metrics"] = record::parse(to_json(pappus::metrics_of(now)));
  answer(record{{"stats", std::move(counted)}});
}

void commands::metrics(const words& /*none*/, const handler& answer) {
  answer(record{{"text", to_prometheus(pappus::metrics_of(node_.statistics()))}});
}

void commands::status(const words& /*none*/, const handler& answer) {
  const auto look = [](const chain_service& service) { return service.chain().heads(); };
  ask(look, answer, [this, answer](const heads& chain) {
    record told = description_of(chain);
    record sync = mini_node::sync(node_.sync_status());
    sync.erase("event");
    told["sync"] = std::move(sync);
    answer(std::move(told));
  });
}

void commands::mine(const words& given, const handler& answer) {
  const auto count = number_at(0, "N", given, 1, blocks_to_mine);
  if (!count) return answer(failure{count.error()});
  const auto salt = number_at(1, "SALT", given, 0, salts);
  if (!salt) return answer(failure{salt.error()});
  const auto one = [salt = static_cast<std::uint32_t>(*salt)](chain_service& service) { return service.mine(salt); };
  mine_more(*count, one, answer);
}

void commands::mine_history(const words& given, const handler& answer) {
  const auto count = number_at(0, "N", given, 1, blocks_to_mine);
  if (!count) return answer(failure{count.error()});
  mine_more(
      *count, [](chain_service& service) { return service.mine_history(); }, answer);
}

void commands::mine_more(std::uint64_t left, const miner& one, const handler& answer) {
  ask(one, answer, [this, left, one, answer](const wire::block_ptr& mined) {
    if (left > 1) return mine_more(left - 1, one, answer);
    answer(record{{"hash", to_string(mined->hash())}, {"height", mined->header().height()}});
  });
}

void commands::compact(const words& /*none*/, const handler& answer) {
  const auto work = [](chain_service& service) -> outcome<heads> {
    PAPPUS_TRY_DISCARD(service.compact());
    return service.chain().heads();
  };
  ask(work, answer, [answer](const heads& chain) { answer(record{{"tail", description_of(chain.tail)}}); });
}

void commands::spend(const words& given, const handler& answer) {
  const auto height = number_of("HEIGHT", given[0]);
  if (!height) return answer(failure{height.error()});
  const auto salt = number_at(1, "SALT", given, 0, salts);
  if (!salt) return answer(failure{salt.error()});
  const auto fee = number_at(2, "FEE", given, 0, {});
  if (!fee) return answer(failure{fee.error()});
  const auto number = number_at(3, "N", given, 0, spends);
  if (!number) return answer(failure{number.error()});
  const spend_of_reward what{*height, static_cast<std::uint32_t>(*salt), static_cast<std::uint32_t>(*number), *fee};
  const auto work = [what](const chain_service& service) { return service.chain().spend(what); };
  ask(work, answer, [answer](const wire::transaction_ptr& made) {
    answer(record{{"kernel", mini_node::kernel_of(*made)}, {"hex", wire::to_hex(made->raw_bytes())}});
  });
}

void commands::fluff(const words& given, const handler& answer) {
  const auto tx = read_transaction(given[0]);
  if (!tx) return answer(failure{tx.error()});
  const auto work = [tx = *tx](chain_service& service) -> outcome<wire::transaction_ptr> {
    PAPPUS_TRY_DISCARD(service.add_transaction(*tx));
    return tx;
  };
  ask(work, answer, [this, answer](const wire::transaction_ptr& added) {
    const auto report = node_.fluff(added);
    answer(record{{"kernel", mini_node::kernel_of(*added)}, {"report", mini_node::description_of(report)}});
  });
}

void commands::pool(const words& /*none*/, const handler& answer) {
  const auto work = [](const chain_service& service) { return service.chain().pool_kernels(); };
  ask(work, answer, [answer](const std::vector<wire::hash>& kernels) {
    record list = record::array();
    for (const wire::hash& each : kernels) list.push_back(to_string(each));
    answer(record{{"kernels", std::move(list)}});
  });
}

void commands::validate(const words& given, const handler& answer) {
  const bool fast = !given.empty();
  if (fast && given[0] != "fast") return answer(failure{mini_node::is_not(given[0], "fast")});
  const auto work = [fast](const chain_service& service) -> outcome<place> {
    PAPPUS_TRY_DISCARD(service.chain().validate(fast));
    PAPPUS_TRY(chain, service.chain().heads());
    return chain.body;
  };
  ask(work, answer, [answer](const place& validated) { answer(description_of(validated)); });
}

}  // namespace full_node
