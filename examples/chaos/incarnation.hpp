// One run of a node, from start to stop or crash, and what its host is told in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <pappus/node.hpp>
#include <pappus/sim/world.hpp>

#include "accepted_items.hpp"
#include "host.hpp"
#include "ledger.hpp"
#include "proxies.hpp"
#include "rules.hpp"

namespace chaos {

namespace sim = pappus::sim;

/// What incarnations have in common.
struct dependencies {
  sim::world& world;
  ledger& all;
  rules& watch;
  std::size_t nodes;    // honest ones: the first machines of the world
  std::size_t hostile;  // machines of attackers, behind them
  const proxies& by;    // through which some connect
};

class incarnation {
public:
  incarnation(const dependencies& deps, std::size_t number, host& application, sim::machine& at,
              pappus::node_config config);
  incarnation(const incarnation&) = delete;
  incarnation& operator=(const incarnation&) = delete;
  /// Its `run` must have ended.
  ~incarnation();

  [[nodiscard]] pappus::node& node() noexcept { return node_; }
  [[nodiscard]] const sim::runtime& process() const noexcept { return process_; }
  /// That of the node.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

  /// Whether the node listens, and has not been stopped.
  [[nodiscard]] bool is_up() const noexcept { return listens_ && !over_ && !ending_; }
  /// Whether `run` has completed.
  [[nodiscard]] bool is_over() const noexcept { return over_; }
  /// Whether all its tasks have completed, too.
  [[nodiscard]] bool is_gone() const noexcept { return over_ && process_.tasks() == 0; }
  /// The error with which `run` has completed by itself.
  [[nodiscard]] std::error_code failure() const noexcept { return failure_; }

  /// Begins an orderly stop.
  void stop();
  /// The process was crashed.
  void crashed();
  /// When the stop or the crash was.
  [[nodiscard]] std::optional<io::time_point> ending() const noexcept { return ending_; }

  /// Checks that what the node has acknowledged in earlier incarnations is still there. Once, soon after the start.
  void check_kept();

  // What a host does by itself. Only while it is up.

  void send_own(std::size_t transaction);
  void ban(pappus::ip_address address);
  /// Announces the unconfirmed transactions of its pool to peers that are not known to have them.
  void rebroadcast();
  /// Mines a block on its best chain, with up to so many transactions of its pool.
  void mine(std::size_t max);

private:
  [[nodiscard]] pappus::integration::adapter functions();
  void add_transaction_functions(pappus::integration::adapter& to);
  void add_chain_functions(pappus::integration::adapter& to);
  void add_notifications(pappus::integration::adapter& to);
  void add_peer_notifications(pappus::integration::adapter& to);

  peer::validation_result received(const wire::transaction_ptr& tx, peer::phase at, const peer::peer_info& from);
  peer::validation_result received_fluff(std::size_t number, const std::string& name);
  peer::validation_result received(const wire::header& head, const peer::peer_info& from);
  peer::validation_result received(const wire::block_ptr& block, const peer::peer_info& from);
  integration::import_result import(const wire::block_ptr& block);
  void stemmed(std::size_t number, const peer::peer_info& to);
  void fluffed(std::size_t number);
  void connected(const peer::peer_info& peer);
  void disconnected(const peer::peer_info& peer, const peer::disconnect_info& why);
  void banned(const peer::ban& made);
  void logged(const peer::log_line& line);
  void check_own(std::size_t transaction);
  void check_bans();
  void tips_changed(const ledger::block& before);
  pappus::task<void> run();

  /// Functions made by `once` that have not been called, count. The destruction of the node calls all.
  struct open_calls {
    explicit open_calls(incarnation& of) noexcept : owner(of) {}
    open_calls(const open_calls&) = delete;
    open_calls& operator=(const open_calls&) = delete;
    ~open_calls();

    incarnation& owner;
    std::size_t count = 0;
  };

  /// Called by each of the adapter's functions.
  void told(const char* what);
  void broken(std::string rule, std::string detail);
  [[nodiscard]] bool is_honest(pappus::ip_address address) const;
  [[nodiscard]] bool may_meet_itself() const;
  [[nodiscard]] bool is_own(std::size_t transaction) const;
  [[nodiscard]] std::string name() const;
  /// A function for the node to call once.
  template <class Function>
  [[nodiscard]] auto once(const char* what, Function then);

  dependencies deps_;
  std::size_t number_;
  host& host_;
  sim::runtime& process_;
  bool listens_ = false;
  bool over_ = false;
  std::optional<io::time_point> ending_;
  std::error_code failure_;
  open_calls calls_;  // destroyed after the node

  accepted_items<std::size_t> accepted_;         // public transactions that the node has told
  accepted_items<wire::hash> accepted_headers_;  // headers that it has told
  accepted_items<wire::hash> accepted_blocks_;
  std::map<std::size_t, std::set<io::endpoint>> relays_;  // by private transaction
  std::set<std::size_t> fluffed_;
  std::set<std::uint64_t> connected_;  // sessions now
  std::set<std::uint64_t> ended_;      // earlier ones
  pappus::node node_;
};

template <class Function>
auto incarnation::once(const char* what, Function then) {
  ++calls_.count;
  const auto called = std::make_shared<bool>(false);
  return [this, called, what, then = std::move(then)](const auto& outcome) {
    if (std::exchange(*called, true)) return broken("a completion is called once", what);
    --calls_.count;
    then(outcome);
  };
}

}  // namespace chaos
