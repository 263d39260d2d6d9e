#include "packet.hpp"

#include <string>
#include <utility>

#include <pappus/sim/machine.hpp>
#include <pappus/sim/world.hpp>

#include "datagram_socket.hpp"
#include "fabric.hpp"
#include "sockets.hpp"

namespace pappus::sim {

packet& packet_pool::take() {
  packet* const unused = unused_.first();
  if (unused != nullptr) {
    unused_.remove(*unused);
    return *unused;
  }
  all_.push_back(std::make_unique<packet>(*this));
  return *all_.back();
}

void packet::fly(world& in, machine& sender, machine& receiver, io::time_point due) noexcept {
  sender_ = &sender;
  receiver_ = &receiver;
  in.timers().arm(arrival_, due);
}

void packet::release() noexcept {
  bytes.clear();
  is_refusal = false;
  of_.put(*this);
}

void packet::on_arrival() noexcept {
  world& in = receiver_->in();
  const bool lost = in.links().blocked(*sender_, *receiver_) || !receiver_->reachable();
  if (in.tracing()) {
    const char* const what = is_refusal ? " refusal" : " datagram ";
    in.annotate(to_string(from) + " > " + to_string(to) + what + (is_refusal ? "" : std::to_string(bytes.size())) +
                (lost ? ", lost" : ""));
  }
  if (lost) return release();
  datagram_socket* const socket = receiver_->runtime().sockets().datagram_socket_at(to, from);
  if (socket != nullptr) return is_refusal ? socket->refused(*this) : socket->incoming(*this);
  if (is_refusal) return release();
  refuse();
}

/// Turns back as a report.
void packet::refuse() noexcept {
  world& in = receiver_->in();
  std::swap(from, to);
  bytes.clear();
  is_refusal = true;
  const io::duration latency = in.links().way(*receiver_, *sender_).properties.latency;
  fly(in, *receiver_, *sender_, io::saturating_add(in.now(), latency));
}

}  // namespace pappus::sim
