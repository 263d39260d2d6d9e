// The commands that standard input takes, each by its word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/integration/archives/incoming.hpp>
#include <pappus/metrics.hpp>
#include <pappus/node.hpp>
#include <pappus/peer/discovery/seeds.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

#include "event_limit.hpp"
#include "follower.hpp"
#include "memory_chain.hpp"
#include "memory_pool.hpp"
#include "output.hpp"
#include "records.hpp"

namespace mini_node {

/// For the loop's thread. What it was made with outlives it.
class commands {
public:
  commands(pappus::uv::loop& on, pappus::node& node, memory_pool& pool, memory_chain& chain, follower& follows,
           const output& out, const event_limit& strangers) noexcept
      : on_(on), node_(node), pool_(pool), chain_(chain), follower_(follows), out_(out), strangers_(strangers) {}

  /// What takes long runs in this scope, from before the first command on.
  void run_beside(pappus::scope& others) noexcept { beside_ = &others; }

  /// Carries out a line. `answer` is called once: before this returns, or, for `connect`, `ask`, `download` and
  /// `unpack`, when the peer is there, or its answer, or the attempt has failed; for `ban`, `unban` and `tx` when the
  /// disk has it.
  void carry_out(std::string_view line, std::function<void(record)> answer);

  /// All commands, a line or more each, for the help of the command line.
  [[nodiscard]] static std::string help_text();

  /// Answers a line that was too long to be read whole, and of which this is the beginning.
  static record too_long(std::string_view beginning);

private:
  using words = std::vector<std::string_view>;
  /// The answer's own fields, or why the command is refused.
  using outcome = pappus::result<record, std::string>;
  using done = std::function<void(outcome)>;

  struct command {
    std::string_view name;
    std::string_view parameters;
    std::size_t least;  // number of parameters
    std::size_t most;
    void (commands::*act)(const words& given, const done& answer);
    std::string_view does;
  };
  static const std::vector<command>& all();

  void help(const words& given, const done& answer);
  void peers(const words& given, const done& answer);
  void tx(const words& given, const done& answer);
  void fluff(const words& given, const done& answer);
  void dandelion(const words& given, const done& answer);
  void connect(const words& given, const done& answer);
  pappus::task<void> connect_by_name(pappus::peer::seed whom, done answer);
  void disconnect(const words& given, const done& answer);
  void known(const words& given, const done& answer);
  void bans(const words& given, const done& answer);
  void ban(const words& given, const done& answer);
  void unban(const words& given, const done& answer);
  void tip(const words& given, const done& answer);
  void trust_clock(const words& given, const done& answer);
  void stats(const words& given, const done& answer);
  void metrics(const words& given, const done& answer);
  void send(const words& given, const done& answer);
  void ask(const words& given, const done& answer);
  void ask_headers(std::uint64_t whom, const pappus::wire::messages::get_headers& question, const done& answer);
  void keep(const words& given, const done& answer);
  void broadcast(const words& given, const done& answer);
  void archive(const words& given, const done& answer);
  void download(const words& given, const done& answer);
  void pack(const words& given, const done& answer);
  void unpack(const words& given, const done& answer);
  pappus::task<void> fetch_and_unpack(std::uint64_t whom, pappus::wire::messages::txhashset_request at,
                                      pappus::integration::archive_download_options how, done answer);
  void quit(const words& given, const done& answer);

  /// Something more is kept for peers that ask: pings and handshakes say so.
  void show_what_is_kept();

  /// What there is to be watched of the node, and of what this program adds to it.
  [[nodiscard]] std::vector<pappus::integration::metric> numbers() const;

  /// The transaction that is meant by a message's body.
  [[nodiscard]] pappus::result<pappus::wire::transaction_ptr, std::string> read_transaction(std::string_view hex) const;

  /// The number of the peer at an address with its port.
  [[nodiscard]] std::optional<std::uint64_t> peer_at(std::string_view text) const;

  pappus::uv::loop& on_;
  pappus::node& node_;
  memory_pool& pool_;
  memory_chain& chain_;
  follower& follower_;
  const output& out_;
  const event_limit& strangers_;
  pappus::scope* beside_ = nullptr;
};

/// The longest line that makes sense on a network: a command with the longest message that may be read.
[[nodiscard]] std::size_t longest_line(const pappus::wire::chain_parameters& network);

}  // namespace mini_node
