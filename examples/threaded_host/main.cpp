// Two nodes with three threads each (chain, pool and network) in one process; the transactions and blocks of one reach
// the other.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <latch>
#include <string>

#include <CLI/CLI.hpp>

#include <pappus/version.hpp>

#include "made_up.hpp"
#include "whole_node.hpp"

namespace {

using threaded_host::whole_node;

struct plan {
  std::size_t transactions = 60;
  std::size_t blocks = 6;
};

void print(const char* name, const pappus::node_statistics& counted) {
  const auto& told = counted.validations;
  std::printf("%-9s %9llu %9llu %9llu %9llu %9llu\n", name,
              static_cast<unsigned long long>(counted.adapter_calls.made.total()),
              static_cast<unsigned long long>(told.validated), static_cast<unsigned long long>(told.accepted),
              static_cast<unsigned long long>(told.repeated), static_cast<unsigned long long>(counted.chain.answered));
}

/// Returns whether all transactions and blocks have reached both nodes.
bool play(const plan& to_do) {
  std::latch transactions{static_cast<std::ptrdiff_t>(2 * to_do.transactions)};
  std::latch blocks{static_cast<std::ptrdiff_t>(2 * to_do.blocks)};
  whole_node miner{"miner", {transactions, blocks}};
  whole_node follower{"follower", {transactions, blocks}};
  miner.connect(follower.listening_at());
  for (std::size_t i = 0; i != to_do.transactions; ++i) miner.send(threaded_host::make_transaction(i + 1));
  transactions.wait();
  std::printf("both pools have all %zu transactions\n", to_do.transactions);
  const std::size_t each = (to_do.transactions + to_do.blocks - 1) / to_do.blocks;
  for (std::size_t i = 0; i != to_do.blocks; ++i) miner.mine(each);
  blocks.wait();

  const bool done = miner.height() == to_do.blocks && follower.height() == to_do.blocks &&
                    miner.transactions_waiting() == 0 && follower.transactions_waiting() == 0;
  std::printf("\n%-9s %9s %9s %9s %9s %9s\n", "", "questions", "told", "accepted", "repeated", "answered");
  print("miner", miner.statistics());
  print("follower", follower.statistics());
  std::printf("%s\n", done ? "all of it has come to both" : "something is missing");
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  plan chosen;
  CLI::App app{"Two nodes in one process, each with its chain, its pool and its network on three threads."};
  app.set_version_flag("--version", "pappus-threaded-host " + std::string{pappus::library_version});
  app.add_option("--transactions", chosen.transactions, "transactions that the first sends out")
      ->check(CLI::Range(1, 2'000))
      ->capture_default_str();
  app.add_option("--blocks", chosen.blocks, "blocks that it makes of them")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return play(chosen) ? 0 : 1;
  } catch (const std::exception& why) {
    std::fprintf(stderr, "pappus-threaded-host: %s\n", why.what());
    return 1;
  }
}
