#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <pappus/node.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/bridge/contained_adapter.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus {
namespace {

using peer::disconnect_info;
using peer::disconnect_reason;
using peer::peer_info;

peer::local_node identity_of(io::runtime& on, const node_config& config, const peer::adapter& above,
                             std::shared_ptr<peer::tip_source> tips) {
  peer::local_node us{config.chain};
  us.version = config.protocol_version;
  us.capabilities = config.capabilities.value_or(capabilities_of(above));
  us.user_agent = config.user_agent;
  us.tips = std::move(tips);
  us.accepted = config.receive_limit;
  us.answers = config.upload_limits;
  us.pace = config.send_limit;
  us.memory = std::make_shared<peer::memory_budget>(config.max_memory);
  us.farewell = std::min<io::duration>(us.farewell, config.shutdown_timeout / 2);
  us.secret = peer::keyed_hash::new_key(on);
  us.seen = peer::bloom_parameters{config.known_filter, us.secret};
  return us;
}

peer::bloom_parameters told_plan(const node_config& config, const peer::local_node& us) {
  return {{config.known_filter.per_second, peer::limits::told_again, peer::limits::told_error}, us.secret};
}

/// Result of an operation whose completion was lost to an exception. Short enough to need no allocation.
failure<std::string> internal_error() { return failure{std::string{"internal error"}}; }

/// The limits of an address: those of one peer times the inbound peers that an address may have.
peer::accounts::options accounts_of(const node_config& config) {
  const std::size_t peers = std::max<std::size_t>(config.connection_limits.inbound_per_address, 1);
  peer::accounts::options how;
  how.of_address.messages.per_second = config.receive_limit.per_second * static_cast<double>(peers);
  how.of_address.messages.at_once = config.receive_limit.at_once * static_cast<double>(peers);
  how.of_address.answers = how.of_endpoint.answers = config.upload_limits;
  how.of_address.peers = peers;
  how.exempts_loopback = !config.chain.on_internet && !config.limit_loopback;
  return how;
}

peer::peer_lists with_preferred(peer::peer_lists lists, const std::vector<io::endpoint>& peers) {
  for (const io::endpoint each : peers) lists.prefer.emplace_back(each);
  return lists;
}

node_config fitted(const io::runtime& on, node_config wanted) {
  wanted.connection_limits = peer::within_descriptors(wanted.connection_limits, on.descriptor_limit());
  return wanted;
}

/// Whether there may be outbound peers that the application does not dial itself by `connect`.
bool looks_for_peers(const node_config& config) {
  const bool has_seeds = !config.seeds.value_or(peer::seeds_of(config.chain)).empty();
  const bool has_preferred = !config.preferred_peers.empty() || !config.preferred_hosts.empty();
  return has_preferred || (config.connection_limits.outbound != 0 && has_seeds);
}

}  // namespace

node::node(io::runtime& on, node_config config, peer::adapter host)
    : network_(on),
      slots_wanted_(config.connection_limits.total()),
      config_(fitted(on, std::move(config))),
      logger_(on, std::exchange(host.log, {}), config_.log_level),
      faults_(session_registry_, logger_),
      host_(contained(std::move(host), faults_)),
      us_(identity_of(on, config_, host_, tip_)),
      monitor_(host_.trace, faults_),
      clock_(on, logger_, config_.trust_clock),
      broadcaster_(us_, session_registry_, host_),
      peer_store_(on, config_.store_path, config_.chain.on_internet, clock_, logger_),
      admission_(peer_store_.banned(), with_preferred(config_.peer_lists, config_.preferred_peers)),
      accounts_(on, accounts_of(config_)),
      ban_manager_(on, peer_store_, accounts_, session_registry_, admission_, host_, logger_),
      adapter_calls_(
          on, [this] { return dispatcher(); }, faults_, *us_.memory),
      validator_({on, session_registry_, adapter_calls_, ban_manager_}, told_plan(config_, us_)),
      diffusion_(on, config_.dandelion, broadcaster_, session_registry_, validator_, faults_),
      dandelion_({on, us_, session_registry_, diffusion_, peer_store_, adapter_calls_, validator_, host_,
                  [this] { return dispatcher(); }, faults_, looks_for_peers(config_)},
                 config_.dandelion),
      transaction_relay_(
          {on, us_, session_registry_, adapter_calls_, validator_, broadcaster_, diffusion_, dandelion_, host_}),
      chain_({on, session_registry_, adapter_calls_, validator_, broadcaster_, clock_, host_}),
      address_relay_(on, peer_store_.book(), clock_),
      connection_manager_({on,
                           us_,
                           host_,
                           config_.connection_limits,
                           admission_,
                           accounts_,
                           ban_manager_,
                           peer_store_.book(),
                           clock_,
                           session_registry_,
                           {transaction_relay_, address_relay_, chain_},
                           monitor_,
                           logger_,
                           faults_}),
      discovery_({on, us_, config_.connection_limits, admission_, accounts_, peer_store_.book(), clock_,
                  session_registry_, connection_manager_, faults_},
                 {config_.preferred_peers, config_.reconnect, config_.seeds.value_or(peer::seeds_of(config_.chain)),
                  config_.preferred_hosts},
                 peer_store_, address_relay_, logger_, [this](io::endpoint where) { admission_.prefer(where); }),
      peer_maintenance_(on, us_, session_registry_, connection_manager_, peer_store_, clock_),
      memory_(on, *us_.memory, session_registry_, logger_, config_.connection_limits.total(),
              [this](const peer::peer_info& peer) { return connection_manager_.prefers(peer); }),
      limits_(on, logger_, [this] { return statistics(); }) {}

node::~node() { close_doors(); }

node_handle node::handle(integration::executor by) {
  if (calls_ == nullptr) calls_ = std::make_shared<integration::call_queue>(network_, peer::limits::remote_calls);
  return {{calls_, tip_}, this, std::move(by)};
}

const std::shared_ptr<integration::loop_dispatcher>& node::dispatcher() {
  if (dispatcher_ == nullptr)
    dispatcher_ = std::make_shared<integration::loop_dispatcher>(network_, peer::limits::dispatcher_queue);
  return dispatcher_;
}

/// Closes the queues of other threads and the adapter calls. Calls that have begun are completed by their operations.
void node::close_doors() {
  validator_.close();
  adapter_calls_.close();
  if (dispatcher_ != nullptr) dispatcher_->close();
  if (calls_ != nullptr) calls_->close();
}

/// However the sessions end, also by an exception, the store is closed and all pending operations complete.
task<result<void>> node::run() {
  io::grace_period last_words{network_, config_.shutdown_timeout};
  const auto begin = [](scope& sessions, node* self, io::grace_period* until) { return self->live(sessions, *until); };
  result<void> ended;
  std::exception_ptr thrown;
  try {
    ended = co_await with_scope(coro::supervised_by{faults_}, begin, this, &last_words);
  } catch (...) {
    thrown = std::current_exception();
  }
  sessions_ = nullptr;
  dandelion_.close();
  listener_.reset();
  auto closing = peer_store_.close(last_words.token());
  const auto closed = co_await std::move(closing).with_stop_token({});
  close_doors();
  if (thrown) std::rethrow_exception(thrown);
  if (!ended && ended.error() != make_error_code(errc::canceled)) co_return ended;
  co_return closed;
}

void node::stop() noexcept {
  stop_requested_ = true;
  if (sessions_ != nullptr) sessions_->request_stop();
}

task<result<void>> node::live(scope& sessions, io::grace_period& last_words) {
  last_words.begin_with(sessions.token());
  sessions_ = &sessions;
  if (stop_requested_) sessions.request_stop();
  auto ended = co_await open(sessions, last_words.token());
  if (ended) co_await accept();
  dandelion_.close();
  sessions_ = nullptr;
  sessions.request_stop();
  co_return ended;
}

task<void> node::accept() {
  return faults_.keep_running(network_, "accept",
                              [this] { return connection_manager_.accept(*listener_, *sessions_); });
}

/// Nothing is accepted or dialed before the bans have been read.
task<result<void>> node::open(scope& sessions, coro::stop_token give_up) {
  if (sessions.token().stop_requested()) co_return failure{make_error_code(errc::canceled)};
  PAPPUS_CO_TRY_DISCARD(co_await peer_store_.open(give_up));
  if (sessions.token().stop_requested()) co_return failure{make_error_code(errc::canceled)};
  PAPPUS_CO_TRY(listener, network_.listen(config_.listen));
  listener_ = std::move(listener);
  listening_at_ = listener_->local_endpoint();
  us_.advertised = config_.advertise.value_or(listening_at_);
  opened_.set();
  dandelion_.open();
  const auto go_on = [this, &sessions](std::string_view what, std::function<task<void>()> service) {
    sessions.spawn(faults_.keep_running(network_, what, std::move(service)));
  };
  go_on("store", [this, give_up] { return peer_store_.run(give_up); });
  go_on("peer maintenance", [this] { return peer_maintenance_.run(); });
  go_on("limits", [this] { return limits_.run(); });
  go_on("memory", [this] { return memory_.run(); });
  discovery_.start(sessions);
  if (const std::size_t most = config_.connection_limits.total(); most < slots_wanted_) {
    logger_(peer::log_level::warning, peer::log_category::limit, [&] {
      return "there is room for " + std::to_string(most) + " connections instead of " + std::to_string(slots_wanted_) +
             ", since no more than " + std::to_string(network_.descriptor_limit()) + " files may be open";
    });
  }
  if (host_.listening) host_.listening(listening_at_);
  co_return result<void>{};
}

task<void> node::dial_when_open(io::endpoint where, connected done) {
  const auto opened = co_await opened_.wait();
  if (!opened) co_return done(failure{disconnect_info{disconnect_reason::shutting_down, {}}});
  co_await connection_manager_.dial(where, peer::connection_type::full, std::move(done));
}

void node::connect(io::endpoint where, connected done) {
  done = faults_.contained_once(std::move(done), "connect", [] {
    return failure{disconnect_info{disconnect_reason::internal_error, {}}};
  });
  if (sessions_ == nullptr) return done(failure{disconnect_info{disconnect_reason::shutting_down, {}}});
  if (session_registry_.find(where) != nullptr)
    return done(failure{disconnect_info{disconnect_reason::already_connected, {}}});
  sessions_->spawn(dial_when_open(where, std::move(done)));
}

task<result<peer_info, disconnect_info>> node::connect(io::endpoint where) {
  oneshot<result<peer_info, disconnect_info>> outcome;
  connect(where, connected{outcome});
  const auto given = co_await outcome.wait();
  if (!given) co_return failure{disconnect_info{disconnect_reason::shutting_down, {}}};
  co_return std::move(*outcome);
}

std::size_t node::disconnect(const io::endpoint_range& where) {
  std::size_t ended = 0;
  for (peer::session* const each : session_registry_.sessions()) {
    if (!where.contains(each->peer().endpoint)) continue;
    each->end({disconnect_reason::requested, {}});
    ++ended;
  }
  return ended;
}

bool node::disconnect(std::uint64_t peer) {
  peer::session* const found = session_registry_.find(peer);
  if (found != nullptr) found->end({disconnect_reason::requested, {}});
  return found != nullptr;
}

void node::ban(io::endpoint_range whom, io::duration length, wire::reason_for_ban cause,
               peer::peer_store::stored done) {
  done = faults_.contained_once(std::move(done), "ban", internal_error);
  if (whom.port != 0) return ban_manager_.ban(whom, length, cause, std::move(done));
  if (done) done(failure{std::string{"nobody can be at port 0"}});
}

void node::stem(const wire::transaction_ptr& tx, peer::dandelion::stemmed done) {
  const auto ended = [] { return failure{std::string{"the node has ended"}}; };
  dandelion_.stem(tx, faults_.contained_once(std::move(done), "stem", ended));
}

task<result<void, std::string>> node::stem(wire::transaction_ptr tx) {
  oneshot<result<void, std::string>> stemmed;
  stem(tx, peer::dandelion::stemmed{stemmed});
  const auto given = co_await stemmed.wait();
  if (!given) co_return failure{given.error().message()};
  co_return *stemmed;
}

task<std::optional<peer::stem_result>> node::stem_result(wire::transaction_ptr tx) {
  oneshot<peer::stem_result> ended;
  if (!stem_result(tx, peer::dandelion::ended{ended})) co_return std::nullopt;
  const auto given = co_await ended.wait();
  if (!given) co_return std::nullopt;
  co_return *ended;
}

bool node::report_misbehavior(std::uint64_t peer, wire::reason_for_ban fault) {
  peer::session* const found = session_registry_.find(peer);
  if (found == nullptr) return false;
  ban_manager_.report(found->peer(), fault);
  return true;
}

peer::address_state node::address_state(const peer::address_info& which) const {
  const auto where = peer::to_endpoint(which.address);
  const bool banned = where && peer_store_.banned().find(*where, clock_.now()) != nullptr;
  return banned ? peer::address_state::banned : which.state();
}

std::size_t node::unban(io::endpoint_range whom, peer::peer_store::stored done) {
  return ban_manager_.unban(whom, faults_.contained_once(std::move(done), "unban", internal_error));
}

task<result<void, std::string>> node::ban(io::endpoint_range whom, io::duration length, wire::reason_for_ban cause) {
  oneshot<result<void, std::string>> stored;
  ban(whom, length, cause, peer::peer_store::stored{stored});
  const auto given = co_await stored.wait();
  if (!given) co_return failure{given.error().message()};
  co_return *stored;
}

task<result<std::size_t, std::string>> node::unban(io::endpoint_range whom) {
  oneshot<result<void, std::string>> stored;
  const std::size_t lifted = unban(whom, peer::peer_store::stored{stored});
  const auto given = co_await stored.wait();
  if (!given) co_return failure{given.error().message()};
  if (!*stored) co_return failure{(*stored).error()};
  co_return lifted;
}

std::vector<peer_info> node::peers_with(const wire::hash& what) const {
  const peer::fingerprint print = us_.seen.fingerprint_of(what);
  std::vector<peer_info> found;
  for (peer::session* const each : session_registry_.sessions()) {
    if (!each->is_ending() && each->known().contains(print)) found.push_back(each->peer());
  }
  return found;
}

node_statistics node::statistics() const {
  node_statistics now;
  now.connections = connection_manager_.statistics();
  for (const peer::session* const each : session_registry_.sessions()) {
    ++(each->peer().direction == peer::direction::inbound ? now.inbound : now.outbound);
    now.connections.bytes_received += each->bytes_received();
    now.connections.bytes_sent += each->bytes_sent();
    now.connections.paced += each->paced();
  }
  now.queues = queues();
  now.sessions = monitor_.counted;
  now.dialling = discovery_.dialling();
  now.seeds = discovery_.seeds();
  now.discipline = ban_manager_.statistics();
  now.broadcasts = broadcaster_.statistics();
  now.transactions = transaction_relay_.statistics();
  now.chain = chain_.statistics();
  now.validations = validator_.statistics();
  now.adapter_calls = adapter_calls_.statistics();
  now.accounts = accounts_.statistics();
  now.duplicates = connection_manager_.doubles();
  now.gossip = address_relay_.statistics();
  now.addresses = peer_store_.book().size();
  now.tried = peer_store_.book().tried();
  now.bans = peer_store_.banned().size();
  now.book = peer_store_.book().statistics();
  now.store = peer_store_.statistics();
  now.clock = clock_.statistics();
  now.log = logger_.statistics();
  now.exceptions = faults_.exceptions();
  now.memory = us_.memory->statistics();
  now.memory.used -= dandelion_.memory();
  if (calls_ != nullptr) now.calls = calls_->statistics();
  if (dispatcher_ != nullptr) now.answers = dispatcher_->statistics();
  return now;
}

queue_statistics node::queues() const {
  queue_statistics now;
  for (const peer::session* const each : session_registry_.sessions()) {
    now.frames_waiting += each->frames_waiting();
    now.bytes_waiting += each->bytes_waiting();
    now.most_frames = std::max(now.most_frames, each->frames_waiting());
    now.most_bytes = std::max(now.most_bytes, each->bytes_waiting());
    now.bytes_held += each->bytes_held();
    now.pings += each->awaits_pong() ? 1 : 0;
    now.questions += each->questions_open();
    now.archives += each->is_sending_archive() ? 1 : 0;
  }
  return now;
}

}  // namespace pappus
