// Submits received transactions and blocks to the adapter for validation, each item once.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <pappus/integration/bridge/adapter_calls.hpp>
#include <pappus/integration/bridge/request_handler.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/statistics.hpp>
#include <pappus/peer/adapter/validation_result.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// An item to be validated. A transaction by all its kernels, a block by the digest of its header: `ids` is a range of
/// hashes.
template <class Ids>
struct received_item {
  peer::inventory_type type;
  Ids ids;
  std::size_t bytes;
  bool requested;  // by the node
};
template <class Ids>
received_item(peer::inventory_type, Ids, std::size_t, bool) -> received_item<Ids>;

/// What the application has accepted or ignored is submitted again only when the `application_inventory` has forgotten
/// it; what it has rejected is submitted whenever it comes, since the next copy may be valid: the ids do not cover all
/// of it. What was requested is always submitted. Transactions on the stem are never submitted here.
class validator {
public:
  using rejection_handler = std::function<void(const peer::peer_info& sender, const peer::validation_result& rejected)>;

  /// The references outlive it. `rejected` is called with each peer whose data the adapter has rejected.
  validator(peer::application_inventory& inventory, adapter_calls& calls, rejection_handler rejected)
      : inventory_(inventory), calls_(calls), rejected_(std::move(rejected)) {}
  validator(const validator&) = delete;
  validator& operator=(const validator&) = delete;

  /// Has the adapter validate what a peer has sent, unless the application has it. `done` is called during the call or
  /// later with the result, which is `ignore` if the application has the item already, or with nothing if it gave none
  /// or too much is pending; but not for a copy that waits while another one is not rejected. `args` are the parameters
  /// of the adapter's function.
  template <class... Params, class Ids, class... Args>
  void submit(const request_handler<peer::validation_result(Params...)>& handler, adapter_method method,
              const received_item<Ids>& item, const peer::peer_info& peer, const peer::validation_handler& done,
              const Args&... args) {
    const bool is_known = !item.requested && contains(item);
    if (is_known) ++counted_.repeated;
    if (is_known || !handler) return done(peer, peer::validation_result::ignore);
    const adapter_call about{method, peer, item.bytes};
    if (!handler.is_immediate()) return submit_or_wait(handler, about, item, peer, done, args...);
    const auto validated = [&](const std::optional<peer::validation_result>& result) {
      if (result) finish_validation(item.type, item.ids, peer, *result);
      done(peer, result);
    };
    calls_.call(handler, about, validated, args...);
  }

  void report_rejected(const peer::peer_info& sender, const peer::validation_result& rejected) {
    rejected_(sender, rejected);
  }

  /// To be called when the node stops.
  void close() noexcept { pending_.clear(); }

  [[nodiscard]] const peer::validation_statistics& statistics() const noexcept { return counted_; }

private:
  struct name {
    peer::inventory_type type;
    std::vector<wire::hash> ids;

    friend auto operator<=>(const name&, const name&) = default;
  };
  /// Another copy of an item that the adapter is validating.
  struct copy {
    adapter_calls::reservation held;
    bool requested;
    io::endpoint account;
    std::function<void()> submit;
  };

  template <class Ids>
  [[nodiscard]] bool contains(const received_item<Ids>& item) {
    return std::ranges::all_of(item.ids, [&](const wire::hash& id) { return inventory_.contains(item.type, id); });
  }
  template <class Handler, class Ids, class... Args>
  void submit_or_wait(const Handler& handler, const adapter_call& call, const received_item<Ids>& item,
                      const peer::peer_info& peer, const peer::validation_handler& done, const Args&... args) {
    const name of{item.type, {item.ids.begin(), item.ids.end()}};
    const auto validated = [this, of, peer, done](const std::optional<peer::validation_result>& result) {
      if (result) finish_validation(of.type, of.ids, peer, *result);
      if (result && !result->rejects()) pending_.erase(of);
      else submit_next(of);
      done(peer, result);
    };
    const auto submit = [this, &handler, call, validated, args...] { calls_.call(handler, call, validated, args...); };
    if (!submit_or_wait(of, call, item.requested, submit)) done(peer, std::nullopt);
  }
  [[nodiscard]] bool submit_or_wait(const name& of, const adapter_call& call, bool requested,
                                    std::function<void()> submit);
  void submit_now(const name& of, const std::function<void()>& submit);
  void submit_next(const name& of);
  template <class Ids>
  void finish_validation(peer::inventory_type type, const Ids& ids, const peer::peer_info& peer,
                         const peer::validation_result& result) {
    if (result.rejects()) {
      report_rejected(peer, result);
    } else {
      for (const wire::hash& id : ids) inventory_.add(type, id);
    }
    count(result);
  }
  void count(const peer::validation_result& result) noexcept;

  peer::application_inventory& inventory_;
  adapter_calls& calls_;
  rejection_handler rejected_;
  std::map<name, std::vector<copy>> pending_;  // being validated, and further copies, requested ones first
  peer::validation_statistics counted_;
};

}  // namespace pappus::integration
