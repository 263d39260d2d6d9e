#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <pappus/peer/clock/limits.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/wire/limits.hpp>

namespace pappus::peer {
namespace {

using std::chrono::seconds;

seconds in_seconds(io::wall_time::duration length) { return std::chrono::duration_cast<seconds>(length); }

std::string text_of(clock_doubt why) {
  switch (why) {
    case clock_doubt::none: return "the clock is trusted again";
    case clock_doubt::behind_store: return "the clock is not trusted: the store is newer than it";
    case clock_doubt::ahead_of_store: return "the clock is not trusted yet: it is long since the store was written";
    case clock_doubt::jumped: return "the clock is not trusted: it has jumped";
  }
  return "the clock is not trusted";
}

/// All inbound peers are one group.
std::uint64_t group_of(const peer_info& peer) noexcept {
  constexpr std::uint64_t outbound = std::uint64_t{1} << 33;
  return peer.direction == direction::inbound ? 0 : outbound | peer.endpoint.address.netgroup();
}

}  // namespace

node_clock::node_clock(io::runtime& runtime, logger& log, bool believes)
    : runtime_(runtime),
      log_(log),
      trusts_wall_clock_(believes),
      trust_({runtime.wall_clock()}, runtime.now(), runtime.wall_clock()) {}

/// Reading the store takes a while: a trusted wall clock may be later than `from` by now.
void node_clock::start(clock_start from) {
  if (from.doubt == clock_doubt::none) from.time = std::max(from.time, runtime_.wall_clock());
  trust_ = clock_trust{from, runtime_.now(), runtime_.wall_clock()};
  note_trust();
}

void node_clock::announced(const peer_info& peer, const wire::header& header) {
  if (trust_.announced(group_of(peer), header.hash(), header.timestamp(), runtime_.now())) check();
}

bool node_clock::is_from_future(const wire::header& header) {
  const auto latest = std::chrono::floor<seconds>(std::max(now(), runtime_.wall_clock()));
  const seconds ahead = io::saturating_sub(std::chrono::sys_seconds{seconds{header.timestamp()}}, latest);
  if (ahead.count() <= wire::limits::max_future_seconds) return false;
  ++early_headers_;
  if (!may_warn(warns_of_future_)) return true;
  log_(log_level::warning, log_category::clock, [ahead] {
    return "a block is not taken for it is from " + std::to_string(ahead.count()) +
           " s ahead of this machine's clock, which is slow if that goes on";
  });
  return true;
}

void node_clock::check() {
  correct(trust_.check(runtime_.now(), runtime_.wall_clock()));
  note_trust();
  warn_of_difference();
}

void node_clock::trust() {
  correct(trust_.trust(runtime_.now(), runtime_.wall_clock()));
  note_trust();
}

void node_clock::correct(io::wall_time::duration by) {
  if (by == io::wall_time::duration::zero()) return;
  ++corrections_;
  log_(log_level::info, log_category::clock,
       [by] { return "all dates are moved by " + std::to_string(in_seconds(by).count()) + " s"; });
  if (corrected) corrected(by);
}

/// Logs each change of trust once.
void node_clock::note_trust() {
  const clock_doubt before = std::exchange(reported_doubt_, trust_.doubt());
  if (before == reported_doubt_) return;
  const bool expected = before == clock_doubt::ahead_of_store;  // down for some days, and the clock was right
  log_(expected ? log_level::info : log_level::warning, log_category::clock, [this] {
    const bool waits = reported_doubt_ != clock_doubt::none;
    return text_of(reported_doubt_) + (waits ? "; nothing expires by it until the headers of peers agree with it" : "");
  });
}

void node_clock::warn_of_difference() {
  const auto found = trust_.difference(runtime_.now(), runtime_.wall_clock());
  if (!found || std::chrono::abs(*found) <= limits::clock_tolerance || !may_warn(warns_of_difference_)) return;
  log_(log_level::warning, log_category::clock, [by = in_seconds(*found).count()] {
    return "this machine's clock is " + std::to_string(std::abs(by)) + " s " + (by < 0 ? "behind" : "ahead of") +
           " the blocks that peers announce";
  });
}

/// Whether a warning is due, at most once in `limits::clock_warning_interval`.
bool node_clock::may_warn(io::time_point& next) const {
  if (runtime_.now() < next) return false;
  next = io::saturating_add(runtime_.now(), limits::clock_warning_interval);
  return true;
}

clock_statistics node_clock::statistics() const {
  clock_statistics now;
  now.trusted = trusted();
  const auto difference = trust_.difference(runtime_.now(), runtime_.wall_clock());
  now.offset_seconds = in_seconds(difference.value_or(seconds{0})).count();
  now.headers = trust_.headers().size();
  now.early_headers = early_headers_;
  now.corrections = corrections_;
  return now;
}

}  // namespace pappus::peer
