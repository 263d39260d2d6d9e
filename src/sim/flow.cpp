#include "flow.hpp"

#include <algorithm>
#include <new>
#include <string>

#include "connection.hpp"
#include "fabric.hpp"
#include "transit.hpp"

namespace pappus::sim {
namespace {

/// Maximum packet size on a link with limited bandwidth, bytes: the first of many bytes arrive before the last have
/// left.
constexpr std::size_t max_packet = 4096;

}  // namespace

std::string_view to_string(signal what) noexcept {
  constexpr std::array<std::string_view, 6> names{"syn", "syn-ack", "refusal", "data", "fin", "reset"};
  return names[static_cast<std::size_t>(what)];
}

flow::flow(connection& owner, bool from_acceptor, std::uint64_t seed) noexcept
    : owner_(owner),
      from_acceptor_(from_acceptor),
      rng_(seed),
      there_(owner.way(from_acceptor)),
      back_(owner.way(!from_acceptor)),
      bytes_(owner.in().links().blocks()),
      window_(std::max<std::size_t>(there_.properties.window, 1)),
      room_(window_) {}

void flow::put(io::const_buffer bytes) noexcept {
  owner_.in().captured(owner_.address(from_acceptor_), owner_.address(!from_acceptor_), bytes);
  room_ -= bytes.size();
  if (silent_) return;
  try {
    bytes_.push(bytes);
  } catch (const std::bad_alloc&) {
    owner_.reset();
  }
}

void flow::send(signal what, std::size_t bytes) noexcept {
  if (silent_) return;
  if (there_.properties.bandwidth != 0) {
    for (; bytes > max_packet; bytes -= max_packet) send_later(what, max_packet);
  }
  send_later(what, bytes);
}

void flow::send_later(signal what, std::size_t bytes) noexcept {
  const io::time_point leaves = departure(there_, owner_.in().now(), bytes);
  // A segment that would overtake waits: segments arrive in the order of this queue, whatever their due times.
  const io::time_point due = io::saturating_add(leaves, travel_time(there_.properties, rng_));
  const bool joins = what == signal::data && !under_way_.empty() && under_way_.back().what == signal::data &&
                     under_way_.back().due == due;
  try {
    if (joins) under_way_.back().bytes += bytes;
    else under_way_.push_back(segment{due, bytes, what});
  } catch (const std::bad_alloc&) {
    return owner_.reset();
  }
  if (!arrival_.armed() && !arrivals_held_) owner_.in().timers().arm(arrival_, due);
}

std::size_t flow::next_piece(std::size_t bytes) noexcept {
  const std::size_t largest = there_.properties.max_segment;
  if (largest == 0 || bytes <= 1) return bytes;
  return std::min<std::size_t>(bytes, uniform_below(rng_, largest) + 1);
}

bool flow::blocked(const lane& way) const noexcept {
  return owner_.blocked() || way.cut || (way.to != nullptr && !way.to->reachable());
}

void flow::on_arrival() noexcept {
  arrivals_held_ = blocked(there_);
  if (arrivals_held_) return;
  segment& first = under_way_.front();
  const signal what = first.what;
  const std::size_t bytes = what == signal::data ? next_piece(first.bytes) : 0;
  first.bytes -= bytes;
  if (first.bytes == 0) under_way_.pop_front();
  if (!under_way_.empty()) owner_.in().timers().arm(arrival_, std::max(under_way_.front().due, owner_.in().now()));
  arrived_ += bytes;
  if (owner_.in().tracing()) trace_arrival(what, bytes);
  owner_.end(!from_acceptor_).receive(what);
}

void flow::trace_arrival(signal what, std::size_t bytes) {
  std::string line =
      to_string(owner_.address(from_acceptor_)) + " > " + to_string(owner_.address(!from_acceptor_)) + ' ';
  line += to_string(what);
  if (what == signal::data) line += ' ' + std::to_string(bytes);
  owner_.in().annotate(line);
}

void flow::take(io::buffer into) noexcept {
  bytes_.pop(into);
  arrived_ -= into.size();
  taken(into.size());
}

void flow::drop_arrived() noexcept {
  bytes_.drop(arrived_);
  arrived_ = 0;
}

void flow::taken(std::size_t bytes) noexcept {
  unreported_ += bytes;
  if (silent_ || unreported_ < window_ / 2 + window_ % 2) return;
  const io::time_point due = io::saturating_add(owner_.in().now(), back_.properties.latency);
  updates_[updates_under_way_++] = window_update{due, unreported_};
  unreported_ = 0;
  if (updates_under_way_ == 1) owner_.in().timers().arm(update_, due);
}

void flow::on_window_update() noexcept {
  updates_held_ = blocked(back_);
  if (updates_held_) return;
  room_ += updates_[0].bytes;
  updates_[0] = updates_[1];
  if (--updates_under_way_ == 1) owner_.in().timers().arm(update_, std::max(updates_[0].due, owner_.in().now()));
  owner_.end(from_acceptor_).has_room();
}

void flow::release_held() noexcept {
  const io::time_point now = owner_.in().now();
  if (arrivals_held_ && !blocked(there_)) {
    arrivals_held_ = false;
    owner_.in().timers().arm(arrival_, io::saturating_add(now, travel_time(there_.properties, rng_)));
  }
  if (updates_held_ && !blocked(back_)) {
    updates_held_ = false;
    owner_.in().timers().arm(update_, io::saturating_add(now, back_.properties.latency));
  }
}

void flow::silence() noexcept {
  silent_ = true;
  under_way_.clear();
  updates_under_way_ = 0;
  arrivals_held_ = updates_held_ = false;
  owner_.in().timers().disarm(arrival_);
  owner_.in().timers().disarm(update_);
}

}  // namespace pappus::sim
