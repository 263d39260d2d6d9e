#include "datagram_socket.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <pappus/sim/machine.hpp>
#include <pappus/sim/world.hpp>

#include "fabric.hpp"
#include "sockets.hpp"
#include "transit.hpp"

namespace pappus::sim {
namespace {

std::error_code refusal() noexcept { return std::make_error_code(std::errc::connection_refused); }

}  // namespace

datagram_socket::datagram_socket(runtime& process, io::endpoint local, const std::optional<io::endpoint>& remote,
                                 std::uint64_t seed) noexcept
    : process_(process), local_(local), remote_(remote), rng_(seed) {
  process_.sockets().add(*this);
  process_.on().in().links().count(1);
}

io::datagram datagram_socket::hand_over(packet& received, io::buffer into) noexcept {
  const std::size_t size = std::min(into.size(), received.bytes.size());
  std::copy_n(received.bytes.begin(), size, into.begin());
  const io::datagram handed{received.from, into.first(size), size < received.bytes.size()};
  received.release();
  return handed;
}

void datagram_socket::begin(io::receive_operation& operation) {
  if (!open_) {
    operation.complete_inline(failure{make_error_code(errc::closed)});
  } else if (receiving_ != nullptr) {
    operation.complete_inline(failure{std::make_error_code(std::errc::device_or_resource_busy)});
  } else if (operation.into.empty()) {
    operation.complete_inline(failure{std::make_error_code(std::errc::invalid_argument)});
  } else if (std::exchange(refused_, false)) {
    operation.complete_inline(failure{refusal()});
  } else if (packet* const first = waiting_.first(); first != nullptr) {
    waiting_.remove(*first);
    queued_ -= first->bytes.size() + overhead;
    operation.complete_inline(hand_over(*first, operation.into));
  } else {
    receiving_ = &operation;
  }
}

void datagram_socket::incoming(packet& arrived) noexcept {
  if (receiving_ != nullptr) {
    io::receive_operation& operation = *std::exchange(receiving_, nullptr);
    return operation.complete(hand_over(arrived, operation.into));
  }
  const std::size_t size = arrived.bytes.size() + overhead;
  if (queued_ + size > max_queued) return arrived.release();
  queued_ += size;
  waiting_.push_back(arrived);
}

void datagram_socket::refused(packet& report) noexcept {
  report.release();
  if (!remote_) return;  // those that are not connected are not told
  if (receiving_ == nullptr) refused_ = true;
  else std::exchange(receiving_, nullptr)->complete(failure{refusal()});
}

result<void> datagram_socket::send(io::const_buffer bytes) noexcept {
  if (open_ && !remote_) return failure{std::make_error_code(std::errc::destination_address_required)};
  return transmit(bytes, remote_.value_or(io::endpoint{}));
}

result<void> datagram_socket::send_to(io::const_buffer bytes, io::endpoint to) noexcept {
  if (open_ && remote_) return failure{std::make_error_code(std::errc::already_connected)};
  return transmit(bytes, to);
}

result<void> datagram_socket::transmit(io::const_buffer bytes, const io::endpoint& to) noexcept {
  if (!open_) return failure{make_error_code(errc::closed)};
  if (bytes.size() > io::max_datagram_size) return failure{std::make_error_code(std::errc::message_size)};
  if (to.port == 0) return failure{std::make_error_code(std::errc::invalid_argument)};
  if (to.address.is_v4() != local_.address.is_v4()) {
    return failure{std::make_error_code(std::errc::address_family_not_supported)};
  }
  if (std::exchange(refused_, false)) return failure{refusal()};
  io::endpoint from = local_;
  if (from.address.is_unspecified()) {
    PAPPUS_TRY(source, process_.sockets().source_for(to.address));
    from.address = source;
  }
  try {
    dispatch(bytes, from, to);
  } catch (const std::bad_alloc&) {
    return failure{std::make_error_code(std::errc::not_enough_memory)};
  }
  return {};
}

/// Sends a packet, unless it is lost at once.
void datagram_socket::dispatch(io::const_buffer bytes, const io::endpoint& from, const io::endpoint& to) {
  machine& sender = process_.on();
  world& in = sender.in();
  machine* const receiver = process_.sockets().own(to.address) ? &sender : in.find(to.address);
  if (receiver == nullptr) return;
  lane& over = in.links().way(sender, *receiver);
  const io::time_point leaves = departure(over, in.now(), bytes.size());
  const io::time_point due = io::saturating_add(leaves, travel_time(over.properties, rng_));
  const bool lost = over.properties.datagram_loss != 0 && uniform_below(rng_, 1000) < over.properties.datagram_loss;
  if (lost || in.links().blocked(sender, *receiver)) return;
  packet& sent = in.links().packets().take();
  sent.from = from;
  sent.to = to;
  sent.bytes.assign(bytes.begin(), bytes.end());
  sent.fly(in, sender, *receiver, due);
}

void datagram_socket::close() noexcept {
  if (!std::exchange(open_, false)) return;
  process_.sockets().remove(*this);
  waiting_.for_each([this](packet& each) {
    waiting_.remove(each);
    each.release();
  });
  if (receiving_ != nullptr) {
    std::exchange(receiving_, nullptr)->post_completion(failure{make_error_code(errc::closed)});
  }
}

void datagram_socket::release() noexcept {
  process_.on().in().links().count(-1);
  delete this;
}

}  // namespace pappus::sim
