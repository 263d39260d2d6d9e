#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <pappus/peer/relay.hpp>
#include <pappus/wire/input_features.hpp>

namespace pappus::peer {
namespace {

using wire::messages::get_transaction;
using wire::messages::transaction_kernel;

/// The frames of one transaction, each encoded when the first peer needs it and then shared.
class shared_frames {
public:
  shared_frames(const identity& us, const host& above, const wire::transaction_ptr& tx)
      : us_(us), host_(above), tx_(tx) {}

  /// Nothing if the peer's version cannot carry it.
  [[nodiscard]] std::optional<wire::shared_bytes> for_peer(const peer_info& peer) {
    if (peer.capabilities.has(wire::capability::transaction_by_kernel)) {
      return encode_once(announcement_, transaction_kernel{tx_->kernel_id(0)}, peer.version);
    }
    return whole_for(peer);
  }

  [[nodiscard]] std::optional<wire::shared_bytes> whole_for(const peer_info& peer) {
    auto& form = whole_[static_cast<std::size_t>(wire::form_of(peer.version))];
    const bool lacks_features = peer.version.has_input_features() && tx_->form() == wire::body_form::commitments;
    return encode_once(form, wire::messages::transaction{lacks_features ? featured() : tx_}, peer.version);
  }

private:
  using frame = std::optional<std::optional<wire::shared_bytes>>;  // not tried yet, or not possible, or there

  template <wire::message Message>
  std::optional<wire::shared_bytes> encode_once(frame& made, const Message& message, wire::protocol_version version) {
    if (!made) {
      made.emplace();
      auto encoded = session_messages::encode(message, us_.network, version);
      if (encoded) made->emplace(wire::share(std::move(*encoded)));
    }
    return *made;
  }

  /// The transaction with the features of what it spends; without them where the host does not know.
  const wire::transaction_ptr& featured() {
    if (featured_) return featured_;
    featured_ = tx_;
    std::vector<wire::output_features> known;
    for (const wire::input& one : tx_->inputs()) {
      const auto spent = host_.features_of ? host_.features_of(one.commitment) : std::nullopt;
      if (!spent) return featured_;
      known.push_back(*spent);
    }
    if (auto made = wire::with_input_features(*tx_, known, us_.network.limits)) featured_ = *std::move(made);
    return featured_;
  }

  const identity& us_;
  const host& host_;
  const wire::transaction_ptr& tx_;
  wire::transaction_ptr featured_;  // null until it is needed
  frame announcement_;
  std::array<frame, 3> whole_;  // by body_form
};

}  // namespace

broadcast_report relay::broadcast(const wire::transaction_ptr& tx) {
  broadcast_report report;
  shared_frames frames{us_, host_, tx};
  for (session* const each : peers_.sessions()) {
    if (each->known().contains(tx->kernel_id(0))) {
      ++report.known;
    } else if (each->falls_behind()) {
      ++report.behind;
    } else if (auto frame = frames.for_peer(each->peer())) {
      each->known().add(tx->kernel_id(0));
      each->send_frame(std::move(*frame), lane::news);
      ++report.sent;
    } else {
      ++report.unable;
    }
  }
  if (report.sent != 0) ++counted_.relayed;
  return report;
}

void relay::transaction_received(session& from, const wire::transaction_ptr& tx, phase at) {
  ++counted_.received;
  if (at == phase::fluff) {
    for (const wire::hash& kernel : tx->kernel_ids()) from.known().add(kernel);
    answered(tx);
  }
  if (!host_.transaction_received) return;
  if (host_.transaction_received(tx, at, from.peer()) == verdict::accept) broadcast(tx);
}

void relay::kernel_announced(session& by, const wire::hash& kernel) {
  by.known().add(kernel);
  if (has(kernel)) return;
  const auto known = requests_.find(kernel);
  if (known != requests_.end()) {
    auto& next = known->second.next;
    const bool listed = known->second.asked == &by || std::find(next.begin(), next.end(), &by) != next.end();
    if (!listed && next.size() < limits::announcers_per_request) next.push_back(&by);
    return;
  }
  if (requests_.size() >= limits::requests || by.requests_under_way >= limits::requests_per_peer) {
    ++counted_.overlooked;
    return;
  }
  ask(kernel, requests_.try_emplace(kernel, *this, kernel).first->second, by);
}

void relay::transaction_requested(session& by, const wire::hash& kernel) {
  if (!host_.find_transaction || !by.takes_answers()) return;
  const wire::transaction_ptr found = host_.find_transaction(kernel);
  if (!found) return;
  auto frame = shared_frames{us_, host_, found}.whole_for(by.peer());
  if (!frame) return;
  by.known().add(kernel);
  by.send_frame(std::move(*frame), lane::answers);
}

bool relay::has(const wire::hash& kernel) const {
  return host_.find_transaction && host_.find_transaction(kernel) != nullptr;
}

void relay::ask(const wire::hash& kernel, request& question, session& whom) {
  question.asked = &whom;
  ++whom.requests_under_way;
  ++counted_.requested;
  on_.timers().arm(question, io::later(on_.now(), limits::request));
  whom.send(get_transaction{kernel});
}

void relay::unanswered(const wire::hash& kernel) noexcept {
  ++counted_.unanswered;
  ask_next(kernel);
}

/// Whoever was asked has had its time, or has gone.
void relay::ask_next(const wire::hash& kernel) {
  const auto found = requests_.find(kernel);
  request& question = found->second;
  --question.asked->requests_under_way;
  if (question.next.empty()) {
    requests_.erase(found);
    return;
  }
  session& next = *question.next.front();
  question.next.pop_front();
  ask(kernel, question, next);
}

void relay::answered(const wire::transaction_ptr& tx) {
  for (const wire::hash& kernel : tx->kernel_ids()) {
    const auto found = requests_.find(kernel);
    if (found == requests_.end()) continue;
    --found->second.asked->requests_under_way;
    requests_.erase(found);
  }
}

void relay::forget(session& leaving) {
  std::vector<wire::hash> asked_of_it;
  for (auto& [kernel, question] : requests_) {
    std::erase(question.next, &leaving);
    if (question.asked == &leaving) asked_of_it.push_back(kernel);
  }
  for (const wire::hash& kernel : asked_of_it) ask_next(kernel);
}

}  // namespace pappus::peer
