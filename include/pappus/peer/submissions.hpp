// What peers bring is submitted to the host: each thing once, whoever brings it, and whoever brings rubbish hears of
// it.
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
#include <pappus/io/network.hpp>
#include <pappus/peer/discipline.hpp>
#include <pappus/peer/host_question.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/inquiries.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/peer/seen/filter_plan.hpp>
#include <pappus/peer/seen/rolling_filter.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/verdict.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// What is told apart: who knows a block's header wants the block all the same. Of a block in rising order of what one
/// who has it has.
enum class inventory_type : std::uint8_t { transaction, header, compact_block, block };
inline constexpr std::size_t inventory_types = 4;

/// A transaction by all its kernels, a block by the digest of its header: a range of hashes.
template <class Ids>
struct inventory {
  inventory(inventory_type what, const Ids& by, std::size_t size) noexcept : kind(what), ids(by), bytes(size) {}

  inventory_type kind;
  const Ids& ids;
  std::size_t bytes;
};

struct validation_statistics {
  std::uint64_t told = 0;      // the host was, and has answered
  std::uint64_t repeated = 0;  // it has been told before, or is being told
  std::uint64_t crowded = 0;   // of these, copies that are not kept until its verdict, since enough are
  std::uint64_t accepted = 0;
  std::uint64_t ignored = 0;
  std::uint64_t rejected = 0;
};

/// The host is told again of what it has accepted or ignored only after `limits::told_again`, by a rolling filter with
/// an error of `limits::told_error` whose secret nobody knows; and of what it has rejected whenever it comes, since the
/// next may be sound: an id does not say that all of it is. What was asked for is always told, whatever the filter
/// says. What is still on the stem never comes here.
class validator {
public:
  struct surroundings {
    io::runtime& on;
    const session_registry& peers;
    adapter_calls& host;
    ban_manager& judge;
  };

  /// All it is made with outlives it.
  validator(const surroundings& around, bloom_parameters plan);
  validator(const validator&) = delete;
  validator& operator=(const validator&) = delete;

  /// Asks the host what it thinks of something that a peer has brought, unless it knows. `judged` is called now or
  /// later with the session, or null if that has ended, and with the verdict, which is `ignore` if the host knows
  /// already, or nothing if the host has none or too much is open; but not for a copy that waits while another is not
  /// rejected. `wanted`: it was asked for. `asked` are the question's parameters.
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
    around_.host.ask(question, about, answered, asked...);
  }

  /// Whether the host has been told of all of these lately, or has told us.
  template <class Ids>
  [[nodiscard]] bool has_told(inventory_type kind, const Ids& ids) {
    forget_old();
    return std::ranges::all_of(ids, [&](const wire::hash& id) { return knows(kind, id); });
  }

  /// The host has told us, so it has it.
  template <class Ids>
  void note(inventory_type kind, const Ids& ids) {
    forget_old();
    rolling_bloom_filter& told = told_[static_cast<std::size_t>(kind)];
    for (const wire::hash& id : ids) told.add(plan_.fingerprint_of(id));
  }

  /// The host rejects what a peer has brought.
  void punish(const peer_info& sender, const validation_result& found);

  /// The node is stopping.
  void close() noexcept { being_told_.clear(); }

  [[nodiscard]] const validation_statistics& statistics() const noexcept { return counted_; }

private:
  struct name {
    inventory_type kind;
    std::vector<wire::hash> ids;

    friend auto operator<=>(const name&, const name&) = default;
  };
  /// Another copy of what the host is judging.
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
      judged(around_.peers.find(sender.id), found);
    };
    const auto tell = [this, &question, about, answered, asked...] {
      around_.host.ask(question, about, answered, asked...);
    };
    if (!tell_or_wait(of, about, wanted, tell))
      judged(around_.peers.find(sender.id), std::optional<validation_result>{});
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

  surroundings around_;
  bloom_parameters plan_;
  std::array<rolling_bloom_filter, inventory_types> told_;
  io::time_point forgets_at_;
  std::map<name, std::vector<copy>> being_told_;  // what the host judges, and further copies, those wanted first
  validation_statistics counted_;
};

}  // namespace pappus::peer
