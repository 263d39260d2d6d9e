#include "node_services.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/integration/filter/limits.hpp>
#include <pappus/integration/filter/rolling_filters.hpp>
#include <pappus/integration/threads/limits.hpp>
#include <pappus/misuse.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/private_broadcast/limits.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/store/null_store.hpp>
#include <pappus/peer/store/sqlite_store.hpp>

namespace pappus {
namespace {

using peer::disconnect_info;
using peer::disconnect_reason;
using peer::peer_info;

peer::local_node make_local_node(io::runtime& runtime, const node_config& config, wire::capabilities offered,
                                 std::shared_ptr<peer::tip_source> tips) {
  peer::local_node us{config.chain};
  us.secret = peer::keyed_hash::new_key(runtime);
  us.version = config.protocol_version;
  us.capabilities = config.capabilities.value_or(offered);
  us.user_agent = config.user_agent;
  us.tips = std::move(tips);
  us.receive_limit = config.receive_limit;
  us.upload = config.upload_limits;
  us.send_limit = config.send_limit;
  us.memory = std::make_shared<peer::memory_budget>(config.max_memory);
  us.disconnect_timeout = std::min<io::duration>(us.disconnect_timeout, config.shutdown_timeout / 2);
  return us;
}

/// At all addresses: of both families, or of IPv4 alone where the system has no IPv6.
result<io::listener_ptr> listen_everywhere(io::runtime& runtime, std::uint16_t port) {
  auto both = runtime.listen({ip_address::v6({}), port});
  const bool lacks_v6 = !both && (both.error() == std::errc::address_family_not_supported ||
                                  both.error() == std::errc::address_not_available);
  return lacks_v6 ? runtime.listen({ip_address{}, port}) : std::move(both);
}

/// Where no other address is given. What hides from where it connects does not listen where it can be found.
result<io::listener_ptr> listen_by_default(io::runtime& runtime, const node_config& config) {
  const bool hides = config.transport.rule != peer::transport_rule::direct;
  const std::uint16_t port = config.chain.default_port;
  return hides ? runtime.listen({ip_address::v4(0x7f000001), port}) : listen_everywhere(runtime, port);
}

std::shared_ptr<const peer::known_filters> known_filters_of(const node_config& config,
                                                            const peer::keyed_hash::key& secret) {
  return std::make_shared<integration::rolling_filters>(integration::filter_parameters{config.known_filter, secret});
}

integration::filter_parameters application_filter_of(const node_config& config, const peer::keyed_hash::key& secret) {
  using namespace integration;
  return {{config.known_filter.per_second, limits::application_filter_window, limits::application_filter_error},
          secret};
}

/// The limits of an address: those of one peer times the inbound peers that an address may have. The peers that come by
/// an onion service are as those of one address.
peer::accounts::options accounts_of(const node_config& config) {
  const std::size_t peers = std::max<std::size_t>(config.connection_limits.inbound_per_address, 1);
  peer::accounts::options how;
  how.of_address.messages.per_second = config.receive_limit.per_second * static_cast<double>(peers);
  how.of_address.messages.burst = config.receive_limit.burst * static_cast<double>(peers);
  how.of_address.answers = how.of_endpoint.answers = config.upload_limits;
  how.of_address.peers = peers;
  how.of_name = how.of_address;
  how.of_name.peers = std::max(peers, config.connection_limits.inbound_onion);
  how.exempts_loopback = !config.chain.on_internet && !config.limit_loopback;
  return how;
}

peer::peer_lists with_preferred(peer::peer_lists lists, const std::vector<io::endpoint>& peers) {
  for (const io::endpoint each : peers) lists.prefer.emplace_back(each);
  return lists;
}

/// Mappings are withdrawn while the peers read their last messages.
peer::reachability_options reachability_of(const node_config& config, io::duration withdraw_timeout) {
  peer::reachability_options how;
  how.is_hidden = config.transport.rule != peer::transport_rule::direct;
  how.advertise = config.advertise;
  how.map_port = config.map_port;
  how.withdraw_timeout = withdraw_timeout;
  const bool is_local = config.listen && config.listen->address.is_loopback();
  how.is_expected = config.chain.on_internet && config.connection_limits.inbound != 0 && !how.is_hidden && !is_local;
  return how;
}

std::vector<io::endpoint> with_links(std::vector<io::endpoint> preferred, const peer::private_links& links) {
  for (const auto& each : links.outbound()) preferred.push_back(each.endpoint);
  return preferred;
}

bool broadcasts_privately(const node_config& config) {
  return config.own_transactions == peer::own_broadcast::private_broadcast;
}

/// Descriptors for connections that are no sessions.
std::size_t private_descriptors(const node_config& config) {
  return broadcasts_privately(config) ? peer::limits::max_private_connections : 0;
}

node_config within_descriptor_limit(const io::runtime& runtime, node_config wanted) {
  const std::size_t max = runtime.descriptor_limit();
  const std::size_t for_sessions = max - std::min(max, private_descriptors(wanted));
  wanted.connection_limits = peer::within_descriptors(wanted.connection_limits, for_sessions);
  return wanted;
}

peer::store_source store_of(const node_config& config) {
  if (config.custom_store.open) return config.custom_store;
  const bool is_file = config.store_path != peer::in_memory_store;
  return is_file ? peer::sqlite_store::source(config.store_path) : peer::null_store::source();
}

/// Those of the chain are no onion services.
bool lacks_default_seeds(const node_config& config) {
  const bool has_default = !config.seeds && !config.chain.seeds.empty();
  return has_default && config.transport.rule == peer::transport_rule::onion_only;
}

std::vector<peer::seed> seeds_of(const node_config& config) {
  if (lacks_default_seeds(config)) return {};
  return config.seeds.value_or(peer::seeds_of(config.chain));
}

/// Whether there may be outbound peers that the application does not dial itself by `connect`.
bool may_dial_relays(const node_config& config) {
  const bool has_seeds = !seeds_of(config).empty();
  const bool has_preferred =
      !config.preferred_peers.empty() || !config.preferred_hosts.empty() || !config.tls.peers.empty();
  return has_preferred || (config.connection_limits.outbound != 0 && has_seeds);
}

/// Says on which thread a node runs, as long as it does.
class running_on_this_thread {
public:
  explicit running_on_this_thread(std::atomic<std::thread::id>& where) noexcept : where_(where) {
    where_ = std::this_thread::get_id();
  }
  running_on_this_thread(const running_on_this_thread&) = delete;
  running_on_this_thread& operator=(const running_on_this_thread&) = delete;
  ~running_on_this_thread() { where_ = std::thread::id{}; }

private:
  std::atomic<std::thread::id>& where_;
};

}  // namespace

node::services::services(io::runtime& on, node_config wanted, integration::adapter functions)
    : runtime(on),
      connections_wanted(wanted.connection_limits.total()),
      config(within_descriptor_limit(runtime, std::move(wanted))),
      log(runtime, std::exchange(functions.log, {}), config.log_level),
      exceptions(sessions, log),
      deferred(runtime, exceptions),
      local_node(make_local_node(runtime, config, capabilities_of(functions), tip)),
      paths(runtime, config.transport, config.tls),
      application_filter(runtime, application_filter_of(config, local_node.secret)),
      bridge(runtime, std::move(functions), application_filter, exceptions, *local_node.memory,
             [this](const peer_info& sender, const peer::validation_result& rejected) {
               ban_manager.report_rejected(sender, rejected);
             }),
      monitor(bridge.tracer(), exceptions, local_node.custom),
      clock(runtime, log, config.trust_clock),
      known_items(sessions, known_filters_of(config, local_node.secret)),
      last_valid_times(runtime, sessions),
      broadcaster(local_node, sessions, known_items, bridge),
      peer_store(runtime, store_of(config), config.chain.on_internet, clock, log),
      gater(peer_store.bans(), with_preferred(config.peer_lists, config.preferred_peers)),
      accounts(runtime, accounts_of(config)),
      ban_manager(runtime, peer_store, accounts, sessions, gater, paths, bridge, log),
      diffusion(runtime, config.dandelion, broadcaster, sessions, known_items, application_filter, exceptions),
      dandelion({runtime, local_node, sessions, diffusion, peer_store, bridge, application_filter, bridge, exceptions,
                 may_dial_relays(config)},
                config.dandelion),
      private_broadcaster({runtime, local_node, sessions, peer_store, gater, accounts, paths, bridge,
                           application_filter, bridge, exceptions, log},
                          config.private_broadcast),
      transaction_relay({runtime, local_node, sessions, bridge, application_filter, known_items, last_valid_times,
                         broadcaster, diffusion, dandelion, private_broadcaster}),
      chain({runtime, sessions, bridge, application_filter, known_items, last_valid_times, broadcaster, clock}),
      address_relay(runtime, local_node, sessions, peer_store.book(), clock),
      reachability({runtime, local_node, log, exceptions}, reachability_of(config, local_node.disconnect_timeout)),
      connections({runtime,
                   local_node,
                   paths,
                   bridge,
                   config.connection_limits,
                   gater,
                   accounts,
                   ban_manager,
                   peer_store.book(),
                   clock,
                   sessions,
                   last_valid_times,
                   reachability,
                   {transaction_relay, address_relay, chain},
                   monitor,
                   log,
                   exceptions}),
      discovery({runtime, local_node, config.connection_limits, gater, accounts, peer_store.book(), clock, sessions,
                 paths, connections, exceptions},
                {with_links(config.preferred_peers, paths.links()), config.reconnect, seeds_of(config),
                 config.preferred_hosts},
                peer_store, address_relay, log, [this](io::endpoint endpoint) { gater.prefer(endpoint); }),
      peer_maintenance(runtime, local_node, sessions, connections, peer_store, clock),
      memory_monitor(runtime, *local_node.memory, sessions, paths, log, config.connection_limits.total(),
                     [this](const peer::peer_info& peer) { return connections.prefers(peer); }),
      sync({runtime, sessions, bridge, *tip, *header_tip, *local_node.memory, exceptions, log}, config.sync,
           config.archive_folder,
           [this](const peer_info& peer, wire::reason_for_ban reason) { ban_manager.report(peer, reason); }),
      limits(runtime, log, [this] { return statistics(); }) {
  runtime.reserve_descriptors(config.connection_limits.total() + paths.links().endpoints().size() +
                              peer::limits::reserved_descriptors + private_descriptors(config));
}

/// What still waits is told while everything lives.
node::services::~services() {
  if (is_running()) misuse("node: destroyed while it runs; stop it, and wait until run() has completed");
  if (being_destroyed_ || deferred.is_calling()) misuse("node: destroyed by one of its own callbacks");
  being_destroyed_ = true;
  close_queues();
  close_own();
  peer_store.abandon();
  refuse_early_dials();
  deferred.flush();
}

void node::services::expect_usable(const char* call) const noexcept {
  const std::thread::id runs_on = thread_.load(std::memory_order_relaxed);
  const bool is_elsewhere = runs_on != std::thread::id{} && runs_on != std::this_thread::get_id();
  if (!is_elsewhere && !being_destroyed_) return;
  std::array<char, 128> line{};
  std::snprintf(line.data(), line.size(), "node::%s: called %s", call,
                is_elsewhere ? "from another thread than the loop's; use node::handle()"
                             : "by a callback while the node is destroyed");
  misuse(line.data());
}

const std::shared_ptr<integration::call_queue>& node::services::call_queue() {
  if (calls_ == nullptr)
    calls_ = std::make_shared<integration::call_queue>(runtime, integration::limits::max_queued_calls);
  return calls_;
}

/// Closes the queues of other threads and the adapter calls. Calls that have begun are completed by their operations.
void node::services::close_queues() {
  bridge.close();
  if (calls_ != nullptr) calls_->close();
}

/// However the sessions end, also by an exception, the store is closed and all pending operations complete.
task<result<void>> node::services::run() {
  if (std::exchange(has_run_, true)) misuse("node::run: called a second time; a node runs once");
  const running_on_this_thread runs{thread_};
  io::grace_period last_words{runtime, config.shutdown_timeout};
  auto closing = peer_store.close(last_words.token());  // its memory is taken now: at the end there may be none
  const auto begin = [&](scope& tasks) { return run_services(tasks, last_words); };
  result<void> ended;
  std::exception_ptr thrown;
  try {
    ended = co_await with_scope(coro::supervised_by{exceptions}, begin);
  } catch (...) {
    thrown = std::current_exception();
  }
  tasks_ = nullptr;
  close_own();
  listener_.reset();
  onion_listener_.reset();
  link_listener_.reset();
  const auto closed = co_await std::move(closing).with_stop_token({});
  close_queues();
  if (thrown) std::rethrow_exception(thrown);
  if (!ended && ended.error() != make_error_code(errc::canceled)) co_return ended;
  co_return closed;
}

void node::services::stop() noexcept {
  stop_requested_ = true;
  if (tasks_ != nullptr) tasks_->request_stop();
  refuse_early_dials();
}

task<result<void>> node::services::run_services(scope& tasks, io::grace_period& last_words) {
  last_words.begin_with(tasks.token());
  tasks_ = &tasks;
  for (early_dial& each : std::exchange(early_dials_, {})) dial(std::move(each.to), std::move(each.done));
  if (stop_requested_) tasks.request_stop();
  auto ended = co_await open(tasks, last_words.token());
  if (ended) {
    auto accepting = accept();  // whatever needs memory first: who is told that the node listens relies on it
    bridge.listening(*listening.direct);
    co_await std::move(accepting);
  }
  close_own();
  tasks_ = nullptr;
  tasks.request_stop();
  co_return ended;
}

task<void> node::services::accept() {
  return exceptions.keep_running(
      runtime, "accept", [this] { return connections.accept(*listener_, peer::transport_type::direct, *tasks_); });
}

/// Nothing is accepted or dialed before the bans have been read.
task<result<void>> node::services::open(scope& tasks, coro::stop_token give_up) {
  if (tasks.token().stop_requested()) co_return failure{make_error_code(errc::canceled)};
  PAPPUS_CO_TRY_DISCARD(co_await peer_store.open(give_up));
  for (const auto& [address, name] : peer_store.book().hosts()) paths.learn(name);
  if (tasks.token().stop_requested()) co_return failure{make_error_code(errc::canceled)};
  PAPPUS_CO_TRY(listener, config.listen ? runtime.listen(*config.listen) : listen_by_default(runtime, config));
  listener_ = std::move(listener);
  listening.direct = listener_->local_endpoint();
  if (config.onion_listen) {
    PAPPUS_CO_TRY(onion_listener, runtime.listen(*config.onion_listen));
    onion_listener_ = std::move(onion_listener);
    listening.onion = onion_listener_->local_endpoint();
  }
  PAPPUS_CO_TRY_DISCARD(open_links());
  opened_.set();
  if (broadcasts_privately(config)) private_broadcaster.open(tasks);
  dandelion.open();
  const auto go_on = [this, &tasks](std::string_view what, std::function<task<void>()> service) {
    tasks.spawn(exceptions.keep_running(runtime, what, std::move(service)));
  };
  go_on("store", [this, give_up] { return peer_store.run(give_up); });
  reachability.start(tasks, *listening.direct);
  go_on("peer maintenance", [this] { return peer_maintenance.run(); });
  if (onion_listener_ != nullptr) {
    go_on("accept by onion service",
          [this, &tasks] { return connections.accept(*onion_listener_, peer::transport_type::onion, tasks); });
  }
  if (link_listener_ != nullptr) {
    go_on("accept private links", [this, &tasks] { return connections.accept_links(*link_listener_, tasks); });
  }
  go_on("limits", [this] { return limits.run(); });
  go_on("memory", [this] { return memory_monitor.run(); });
  go_on("sync", [this] { return sync.run(); });
  discovery.start(tasks);
  if (lacks_default_seeds(config) && config.connection_limits.outbound != 0) {
    log(peer::log_level::warning, peer::log_category::seed, [] {
      return "the seeds of the network are not queried, since only onion services are connected to: others must be "
             "given";
    });
  }
  if (const std::size_t most = config.connection_limits.total(); most < connections_wanted) {
    log(peer::log_level::warning, peer::log_category::limit, [&] {
      return "there is room for " + std::to_string(most) + " connections instead of " +
             std::to_string(connections_wanted) + ", since no more than " + std::to_string(runtime.descriptor_limit()) +
             " files may be open";
    });
  }
  co_return result<void>{};
}

result<void> node::services::open_links() {
  const auto opened = paths.links().open();
  const auto own = listening.tls_key = paths.links().own_key();
  if (!opened) return failure{opened.error()};
  if (!own) return {};
  if (config.tls.listen) {
    PAPPUS_TRY(listener, runtime.listen(*config.tls.listen));
    link_listener_ = std::move(listener);
    listening.tls = link_listener_->local_endpoint();
  }
  log(peer::log_level::info, peer::log_category::private_link, [&] {
    const std::string where = link_listener_ == nullptr ? "" : ", at " + to_string(link_listener_->local_endpoint());
    return "the key for private links is " + tls::to_hex(*own) + where;
  });
  return {};
}

/// Callbacks of what has not begun are destroyed when the node stops.
void node::services::stem(const wire::transaction_ptr& tx, std::function<void(result<void>)> done) {
  auto told = exceptions.contained_once(std::move(done), "stem", [] { return failure{make_error_code(errc::closed)}; });
  if (broadcasts_privately(config)) private_broadcaster.send(tx, std::move(told));
  else dandelion.stem(tx, std::move(told));
}

peer::broadcast_report node::services::fluff(const wire::transaction_ptr& tx) {
  const peer::broadcast_report report = dandelion.fluff(tx);
  private_broadcaster.fluffed(tx, report);
  return report;
}

void node::services::stem_result(const wire::transaction_ptr& tx,
                                 const std::function<void(result<peer::stem_result>)>& done) {
  const bool is_private = private_broadcaster.on_finished(*tx, done) || dandelion.on_finished(*tx, done);
  if (!is_private) done(failure{make_error_code(peer::stem_errc::not_private)});
}

/// What of the node's own transactions is under way.
void node::services::close_own() {
  dandelion.close();
  private_broadcaster.close();
}

std::size_t node::services::unban(const io::endpoint_range& range, std::function<void(result<std::size_t>)> done) {
  const auto lifted = std::make_shared<std::size_t>(0);  // set before the change is stored
  *lifted = ban_manager.unban(range, [lifted, done = std::move(done)](const result<void>& stored) {
    if (stored) done(*lifted);
    else done(failure{stored.error()});
  });
  return *lifted;
}

}  // namespace pappus
