// The commands of standard input, each named by its first word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/integration/txhashset/archive_download.hpp>
#include <pappus/metrics.hpp>
#include <pappus/node.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

#include "command_table.hpp"
#include "event_limit.hpp"
#include "follower.hpp"
#include "memory_chain.hpp"
#include "memory_pool.hpp"
#include "node_commands.hpp"
#include "output.hpp"
#include "records.hpp"

namespace mini_node {

/// Used on the loop's thread. All constructor arguments must outlive this object.
class commands : public node_commands {
public:
  commands(pappus::uv::loop& on, pappus::node& node, memory_pool& pool, memory_chain& chain, follower& follows,
           const output& out, const event_limit& strangers) noexcept
      : node_commands(on, node), pool_(pool), chain_(chain), follower_(follows), out_(out), strangers_(strangers) {}

  /// Executes a line. `answer` is called once: before this returns; for `connect`, `ask`, `download` and `unpack` when
  /// the peer is connected or has responded, or the attempt has failed; for `ban`, `unban` and `tx` when the change is
  /// on the disk.
  void carry_out(std::string_view line, std::function<void(record)> answer);

  /// Describes all commands, at least one line each, for the help of the command line.
  [[nodiscard]] static std::string help_text();

private:
  using done = command_handler;

  static const std::vector<command<commands>>& all();

  void help(const words& given, const done& answer);
  void fluff(const words& given, const done& answer);
  void tip(const words& given, const done& answer);
  void stats(const words& given, const done& answer);
  void metrics(const words& given, const done& answer);
  void send(const words& given, const done& answer);
  void request(const words& given, const done& answer);
  void ask_headers(std::uint64_t whom, const pappus::wire::messages::get_headers& request, const done& answer);
  void serve(const words& given, const done& answer);
  void broadcast(const words& given, const done& answer);
  void archive(const words& given, const done& answer);
  void download(const words& given, const done& answer);
  void pack(const words& given, const done& answer);
  void unpack(const words& given, const done& answer);
  pappus::task<void> fetch_and_unpack(std::uint64_t whom, pappus::wire::messages::txhashset_request at,
                                      pappus::integration::archive_download_options how, done answer);

  /// Metrics of the node and of this program.
  [[nodiscard]] std::vector<pappus::integration::metric> numbers() const;

  /// The id of the peer that `text` names by id or by IP:PORT: of several at that endpoint the one that was dialed.
  [[nodiscard]] pappus::result<std::uint64_t, std::string> peer_at(std::string_view text) const;

  memory_pool& pool_;
  memory_chain& chain_;
  follower& follower_;
  const output& out_;
  const event_limit& strangers_;
};

}  // namespace mini_node
