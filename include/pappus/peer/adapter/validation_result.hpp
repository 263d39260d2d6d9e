// The adapter's validation result for what a peer has sent.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <pappus/peer/peer_info.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

/// A peer that sends accepted data is protected from eviction; rejected data count against the peer that sent them.
class validation_result {
public:
  static const validation_result accept;  // new and valid
  static const validation_result ignore;  // known already, or of no interest now

  /// It can never be valid, for any node. Either a soft fault, which adds `limits::rejection_score` to the sender's
  /// score; or a hard one, for which the session is disconnected and the account that is responsible for the sender is
  /// banned or discouraged at once (`ban_manager`): a fault that an honest peer cannot have committed, since it would
  /// have noticed.
  [[nodiscard]] static constexpr validation_result reject() noexcept { return {kind::rejected, std::nullopt}; }
  [[nodiscard]] static constexpr validation_result reject(wire::reason_for_ban hard) noexcept {
    return {kind::rejected, hard};
  }

  /// Whether it is a result of `reject`.
  [[nodiscard]] constexpr bool rejects() const noexcept { return kind_ == kind::rejected; }
  /// The reason of a hard fault, if it is one.
  [[nodiscard]] constexpr std::optional<wire::reason_for_ban> ban_reason() const noexcept { return fault_; }

  friend constexpr bool operator==(const validation_result&, const validation_result&) = default;

private:
  enum class kind : std::uint8_t { accepted, ignored, rejected };

  constexpr validation_result(kind what, std::optional<wire::reason_for_ban> fault) noexcept
      : kind_(what), fault_(fault) {}

  kind kind_;
  std::optional<wire::reason_for_ban> fault_;
};

inline constexpr validation_result validation_result::accept{kind::accepted, std::nullopt};
inline constexpr validation_result validation_result::ignore{kind::ignored, std::nullopt};

/// Receives the result for an item that `peer` has sent, or nothing if there is none. That peer may have disconnected;
/// if its data were rejected it has been reported already.
using validation_handler = std::function<void(const peer_info& peer, const std::optional<validation_result>& result)>;

}  // namespace pappus::peer
