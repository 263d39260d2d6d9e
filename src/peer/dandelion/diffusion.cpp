#include <pappus/io/random.hpp>
#include <pappus/peer/dandelion/diffusion.hpp>
#include <pappus/peer/dandelion/limits.hpp>

namespace pappus::peer {

broadcast_report diffusion::send(const wire::transaction_ptr& tx, const peer_filter& filter, transaction_form form,
                                 announcement_source source) {
  if (!filter) inventory_.add(*tx);
  if (options_.fluff_mode == fluff_mode::flood) return broadcaster_.send(tx, filter, form, source);
  broadcast_report report;
  const fingerprint print = broadcaster_.fingerprint_of(*tx);
  for (session* const each : peers_.sessions()) {
    if (filter && !filter(each->peer())) continue;
    if (known_.contains(*each, print)) {
      ++report.already_known;
      continue;
    }
    const std::uint64_t peer = each->peer().id;
    const bool is_planned = delayed_.contains({peer, tx->kernel_hash(0)});
    if (!is_planned && delayed_.size() >= limits::max_delayed_transmissions) {
      broadcaster_.send_to_peer(*each, tx, form, source);
      ++report.sent;
      continue;
    }
    const auto [planned, is_new] = delayed_.try_emplace({peer, tx->kernel_hash(0)}, *this, peer, tx, form, source);
    ++report.sent;
    if (!is_new) continue;
    const bool outbound = each->peer().direction == direction::outbound;
    const io::duration mean = outbound ? options_.diffusion_outbound : options_.diffusion_inbound;
    runtime_.timers().arm(planned->second,
                          io::saturating_add(runtime_.now(), io::to_exponential(io::random_bits(runtime_), mean)));
  }
  return report;
}

/// Sends to one peer after its delay. The peer may have received the transaction meanwhile, or have disconnected.
void diffusion::transmit(transmission& due) noexcept {
  const std::uint64_t peer = due.peer;
  const wire::transaction_ptr tx = due.tx;
  const transaction_form form = due.form;
  const announcement_source source = due.source;
  delayed_.erase({peer, tx->kernel_hash(0)});
  session* const found = peers_.find(peer);
  if (found != nullptr)
    exceptions_.run(peer, "diffusion", [&] { broadcaster_.send_to_peer(*found, tx, form, source); });
}

}  // namespace pappus::peer
