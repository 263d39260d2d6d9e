// Commands of the full node: those of any node, and those on its chain and pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/integration/threads/executor.hpp>
#include <pappus/node.hpp>
#include <pappus/node_handle.hpp>
#include <pappus/uv/loop.hpp>

#include "full_node/chain_service.hpp"
#include "mini_node/command_table.hpp"
#include "mini_node/node_commands.hpp"

namespace full_node {

/// Used on the loop's thread. The references must outlive this object, and no function may run on the chain's thread
/// any more when it is destroyed.
class commands : public mini_node::node_commands {
public:
  commands(pappus::uv::loop& on, pappus::node& node, chain_service& chain, pappus::integration::executor on_chain)
      : node_commands(on, node), chain_(chain), on_chain_(std::move(on_chain)), net_(node.handle()) {}

  /// Executes a line. `answer` is called once, on the loop: before this returns, or when the command has completed. Not
  /// at all if the node stops before.
  void carry_out(std::string_view line, std::function<void(mini_node::record)> answer);

  /// Describes all commands, for the help of the command line.
  [[nodiscard]] static std::string help_text();

private:
  using handler = mini_node::command_handler;

  static const std::vector<mini_node::command<commands>>& all();

  void help(const words& given, const handler& answer);
  void stats(const words& given, const handler& answer);
  void metrics(const words& given, const handler& answer);
  void status(const words& given, const handler& answer);
  void mine(const words& given, const handler& answer);
  void mine_history(const words& given, const handler& answer);
  void compact(const words& given, const handler& answer);
  void spend(const words& given, const handler& answer);
  void fluff(const words& given, const handler& answer);
  void pool(const words& given, const handler& answer);
  void validate(const words& given, const handler& answer);

  /// Mines a block.
  using miner = std::function<outcome<pappus::wire::block_ptr>(chain_service& service)>;
  /// Mines `left` blocks, each by a call of its own, so that peers need not wait for all of them.
  void mine_more(std::uint64_t left, const miner& one, const handler& answer);

  /// Calls `work` on the chain's thread, then `answer` on the loop with its result; `refuse` if it has failed, or if
  /// too many commands wait for the chain.
  template <class Work, class Answer>
  void ask(Work work, const handler& refuse, Answer answer);

  chain_service& chain_;  // used on the chain's thread
  pappus::integration::executor on_chain_;
  pappus::node_handle net_;
  std::size_t waiting_ = 0;  // commands that wait for the chain
};

}  // namespace full_node
