// The composition root: a node of the network on one loop, the one class most programs touch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pappus/coro/promised.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/network.hpp>
#include <pappus/peer/chain_service.hpp>
#include <pappus/peer/ending.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/peer/identity.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/question.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/peer/relay.hpp>
#include <pappus/result.hpp>
#include <pappus/version.hpp>
#include <pappus/wire/network.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus {

struct node_config {
  wire::chain_parameters network = wire::parameters_of(wire::chain::usernet);
  wire::protocol_version version = wire::latest_version;  // the highest we speak
  std::optional<wire::capabilities> capabilities;         // if absent, what follows from what the host answers
  std::string user_agent = "MW/pappus " + std::string{library_version};

  /// Where to listen; port 0 lets the system choose.
  io::endpoint listen{{}, network.default_port};
  /// Where we say we can be dialled; if absent, where we listen.
  std::optional<io::endpoint> advertise;
  /// Peers to stay connected to.
  std::vector<io::endpoint> peers;
  /// Between the end of a connection to one of them and the next attempt.
  io::backoff_options redial;
};

struct node_statistics {
  std::size_t inbound = 0;  // sessions now
  std::size_t outbound = 0;
  std::size_t handshaking = 0;  // connections now
  std::uint64_t sessions = 0;   // handshakes completed so far
  std::uint64_t failed_handshakes = 0;
  std::uint64_t turned_away = 0;     // connections closed because too many were shaking hands
  std::uint64_t bytes_received = 0;  // by sessions, those that have ended included
  std::uint64_t bytes_sent = 0;
  peer::relay_statistics transactions;
  peer::chain_statistics chain;
};

/// Listens, dials, shakes hands, keeps sessions and relays transactions. All members are for the loop's thread. What it
/// was made with outlives it; it must have been stopped, by the end of `run`, when it is destroyed.
///
/// Where an operation has two forms, one gives an awaitable and the other takes a callback, which is called once, on
/// the loop, perhaps before the call returns.
class node {
public:
  node(io::network& on, node_config config, peer::host host);
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Runs the node until it is stopped, by `stop` or by the token it runs under. Fails at once if it cannot listen. All
  /// sessions have ended when it completes, at most `peer::limits::farewell` after the stop. Once only.
  [[nodiscard]] task<result<void>> run();

  /// Asks `run` to end.
  void stop() noexcept;

  /// Where it listens, once it does.
  [[nodiscard]] io::endpoint listening_at() const noexcept { return listening_at_; }

  /// Dials a peer. Completes with the peer after the handshake, or with why there is none.
  [[nodiscard]] task<result<peer::peer_info, peer::ending>> connect(io::endpoint where);
  void connect(io::endpoint where, std::function<void(result<peer::peer_info, peer::ending>)> done);

  /// Ends the session with the peer at `where`, or all sessions with that IP if the port is 0; gives how many there
  /// were.
  std::size_t disconnect(io::endpoint where);

  /// Sends a transaction to every peer that is not known to have it. The host must already find it by its kernels.
  peer::broadcast_report fluff(const wire::transaction_ptr& tx) { return relay_.broadcast(tx); }

  /// Asks the peer with that id. Completes with its answer, or with why there is none, within `limits::answer` (an
  /// archive must have begun within `limits::archive_answer`).
  template <peer::question Question>
  void ask(std::uint64_t peer, Question question, peer::answered<Question> done) {
    peer::session* const asked = registry_.find(peer);
    if (asked == nullptr) return done(failure{peer::no_answer::no_such_peer});
    asked->ask(std::move(question), std::move(done));
  }
  template <peer::question Question>
  [[nodiscard]] task<result<peer::answer_to<Question>, peer::no_answer>> ask(std::uint64_t peer, Question question) {
    using outcome = result<peer::answer_to<Question>, peer::no_answer>;
    promised<outcome> answer;
    ask(peer, std::move(question), peer::answered<Question>{answer});
    const auto given = co_await answer.wait();
    if (!given) co_return failure{peer::no_answer::disconnected};
    co_return std::move(*answer);
  }

  /// Sends one peer a message of the protocol as it is: news, above all; whoever asks uses `ask`. False if there is no
  /// such peer, or the message cannot be written at its version.
  template <wire::message Message>
  bool send(std::uint64_t peer, const Message& message) {
    peer::session* const to = registry_.find(peer);
    return to != nullptr && to->offer(message).has_value();
  }

  /// What pings say of our chain from now on.
  void set_tip(peer::chain_tip tip) noexcept { us_.tip = tip; }
  [[nodiscard]] peer::chain_tip tip() const noexcept { return us_.tip; }

  [[nodiscard]] std::vector<peer::peer_info> peers() const { return registry_.snapshot(); }
  [[nodiscard]] node_statistics statistics() const;
  [[nodiscard]] const node_config& config() const noexcept { return config_; }

private:
  class membership;
  using connected = std::function<void(result<peer::peer_info, peer::ending>)>;

  task<void> live(scope& sessions);
  task<void> accept(scope& sessions);
  task<void> keep_dialling(io::endpoint where);
  task<void> dial(io::endpoint where, connected done);
  task<void> serve(io::stream_ptr stream, peer::direction way, connected done);
  task<peer::ending> converse(peer::connection& over, peer::peer_info& peer, connected& done);

  io::network& network_;
  node_config config_;
  peer::host host_;
  peer::identity us_;
  peer::registry registry_;
  peer::relay relay_;
  peer::chain_service chain_;
  io::listener_ptr listener_;
  io::endpoint listening_at_;
  scope* sessions_ = nullptr;  // while the node runs
  std::uint64_t last_id_ = 0;
  node_statistics counted_;
};

}  // namespace pappus
