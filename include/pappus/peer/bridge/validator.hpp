// Submits received transactions and blocks to the adapter for validation, each item once, and reports invalid ones as
// misbehavior of their senders.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/access/ban_manager.hpp>
#include <pappus/peer/adapter/request_handler.hpp>
#include <pappus/peer/adapter/validation_result.hpp>
#include <pappus/peer/bridge/adapter_calls.hpp>
#include <pappus/peer/bridge/statistics.hpp>
#include <pappus/peer/filter/bloom_parameters.hpp>
#include <pappus/peer/filter/rolling_bloom_filter.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// Types of items: an application that knows a block's header still needs the block. The types of a block are in rising
/// order of what their holder has.
enum class inventory_type : std::uint8_t { transaction, header, compact_block, block };
inline constexpr std::size_t inventory_types = 4;

/// A transaction by all its kernels, a block by the digest of its header: `ids` is a range of hashes.
template <class Ids>
struct inventory {
  inventory(inventory_type what, const Ids& by, std::size_t size) noexcept : kind(what), ids(by), bytes(size) {}

  inventory_type kind;
  const Ids& ids;
  std::size_t bytes;
};

/// Submits to the adapter. What it has accepted or ignored is submitted again only after `limits::told_again`, by a
/// rolling Bloom filter with an error of `limits::told_error` and a secret key; what it has rejected is submitted
/// whenever it comes, since the next copy may be valid: the ids do not cover all of it. What was requested is always
/// submitted, whatever the filter says. Transactions on the stem are never submitted here.
class validator {
public:
  struct dependencies {
    io::runtime& on;
    const session_registry& peers;
    adapter_calls& host;
    ban_manager& judge;
  };

  /// All dependencies outlive it.
  validator(const dependencies& around, bloom_parameters plan);
  validator(const validator&) = delete;
  validator& operator=(const validator&) = delete;

  /// Has the adapter validate what a peer has sent, unless the adapter knows it. `judged` is called during the call or
  /// later with the session, or null if that has ended, and with the result, which is `ignore` if the adapter knows the
  /// item already, or nothing if the adapter gave none or too much is pending; but not for a copy that waits while
  /// another one is not rejected. `wanted`: it was requested. `asked` are the parameters of the adapter's function.
  template <class Ids, class... Args, class Judged, class... Asked>
  void submit(const request_handler<validation_result(Args...)>& question, const inventory<Ids>& what, bool wanted,
              session& from, Judged judged, const Asked&... asked) {
    const bool is_known = !wanted && has_told(what.kind, what.ids);
    if (is_known) ++counted_.repeated;
    if (is_known || !question) return judged(&from, std::optional{validation_result::ignore});
    const adapter_call about{inquiry_of(what.kind), from.peer(), what.bytes};
    if (!question.is_immediate()) return tell_or_wait(question, about, what, wanted, from.peer(), judged, asked...);
    const auto answered = [&](std::optional<validation_result> found) {
      if (found) settle(what.kind, what.ids, from.peer(), *found);
      judged(&from, found);
    };
    deps_.host.ask(question, about, answered, asked...);
  }

  /// Whether the adapter was recently notified of all of these, or has reported them itself.
  template <class Ids>
  [[nodiscard]] bool has_told(inventory_type kind, const Ids& ids) {
    forget_old();
    return std::ranges::all_of(ids, [&](const wire::hash& id) { return knows(kind, id); });
  }

  /// Records that the application has reported these, so it has them.
  template <class Ids>
  void note(inventory_type kind, const Ids& ids) {
    forget_old();
    rolling_bloom_filter& told = told_[static_cast<std::size_t>(kind)];
    for (const wire::hash& id : ids) told.add(plan_.fingerprint_of(id));
  }

  /// Reports a peer whose data the adapter has rejected.
  void punish(const peer_info& sender, const validation_result& found);

  /// To be called when the node stops.
  void close() noexcept { being_told_.clear(); }

  [[nodiscard]] const validation_statistics& statistics() const noexcept { return counted_; }

private:
  struct name {
    inventory_type kind;
    std::vector<wire::hash> ids;

    friend auto operator<=>(const name&, const name&) = default;
  };
  /// Another copy of an item that the adapter is validating.
  struct copy {
    adapter_calls::place held;
    bool wanted;
    io::endpoint account;
    std::function<void()> tell;
  };

  [[nodiscard]] static adapter_method inquiry_of(inventory_type kind) noexcept;
  template <class Question, class Ids, class Judged, class... Asked>
  void tell_or_wait(const Question& question, const adapter_call& about, const inventory<Ids>& what, bool wanted,
                    const peer_info& sender, Judged judged, const Asked&... asked) {
    const name of{what.kind, {what.ids.begin(), what.ids.end()}};
    const auto answered = [this, of, sender, judged](std::optional<validation_result> found) {
      if (found) settle(of.kind, of.ids, sender, *found);
      if (found && !found->rejects()) being_told_.erase(of);
      else tell_next(of);
      judged(deps_.peers.find(sender.id), found);
    };
    const auto tell = [this, &question, about, answered, asked...] {
      deps_.host.ask(question, about, answered, asked...);
    };
    if (!tell_or_wait(of, about, wanted, tell)) judged(deps_.peers.find(sender.id), std::optional<validation_result>{});
  }
  [[nodiscard]] bool tell_or_wait(const name& of, const adapter_call& about, bool wanted, std::function<void()> tell);
  void tell_now(const name& of, const std::function<void()>& tell);
  void tell_next(const name& of);
  template <class Ids>
  void settle(inventory_type kind, const Ids& ids, const peer_info& sender, const validation_result& found) {
    if (found.rejects()) punish(sender, found);
    else note(kind, ids);
    count(found);
  }
  void count(const validation_result& found) noexcept;
  [[nodiscard]] bool knows(inventory_type kind, const wire::hash& id) const noexcept;
  void forget_old();

  dependencies deps_;
  bloom_parameters plan_;
  std::array<rolling_bloom_filter, inventory_types> told_;
  io::time_point forgets_at_;
  std::map<name, std::vector<copy>> being_told_;  // being validated, and further copies, requested ones first
  validation_statistics counted_;
};

}  // namespace pappus::peer
