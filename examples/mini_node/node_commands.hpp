// Commands that need the node alone: those on peers, addresses, bans and transactions that are sent along the stem.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/node.hpp>
#include <pappus/peer/discovery/seed.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/wire/chain_parameters.hpp>

#include "command_table.hpp"

namespace mini_node {

/// Base of a program's commands. Used on the loop's thread. The constructor's arguments must outlive this object.
class node_commands {
public:
  node_commands(pappus::uv::loop& on, pappus::node& node) noexcept : on_(on), node_(node) {}

  /// Sets the scope in which long commands run, and what writes events. Call before the first command.
  void run_beside(pappus::scope& others, std::function<void(const record&)> tell) noexcept {
    beside_ = &others;
    tell_ = std::move(tell);
  }

protected:
  using words = command_words;

  ~node_commands() = default;

  /// Those of this class.
  [[nodiscard]] static const std::vector<command<node_commands>>& common();

  /// Parses the hexadecimal body of a transaction message.
  [[nodiscard]] pappus::result<pappus::wire::transaction_ptr, std::string> read_transaction(std::string_view hex) const;

  pappus::uv::loop& on_;
  pappus::node& node_;
  pappus::scope* beside_ = nullptr;
  std::function<void(const record&)> tell_;

private:
  void peers(const words& given, const command_handler& answer);
  void tx(const words& given, const command_handler& answer);
  void tell_of_outcome(const pappus::wire::transaction_ptr& tx);
  void dandelion(const words& given, const command_handler& answer);
  void connect(const words& given, const command_handler& answer);
  void disconnect(const words& given, const command_handler& answer);
  void addresses(const words& given, const command_handler& answer);
  void bans(const words& given, const command_handler& answer);
  void ban(const words& given, const command_handler& answer);
  void unban(const words& given, const command_handler& answer);
  void trust_clock(const words& given, const command_handler& answer);
  void quit(const words& given, const command_handler& answer);
};

/// Length limit of a line, in bytes: a command with the longest message of the protocol.
[[nodiscard]] std::size_t longest_line(const pappus::wire::chain_parameters& network);

}  // namespace mini_node
