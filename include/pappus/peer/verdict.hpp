// The host's word on what a peer has brought.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

/// Whoever brings what is accepted is worth keeping; what is rejected counts against whoever has brought it.
class validation_result {
public:
  static const validation_result accept;  // new and valid
  static const validation_result ignore;  // known already, or of no interest now

  /// It can never be valid, for anybody. As a soft fault, which adds `limits::rejected_score` to the sender's score; or
  /// as a hard one, for which its session ends and who answers for it is banned or discouraged at once (`discipline`):
  /// one that an honest peer cannot have committed, since it would have noticed.
  [[nodiscard]] static constexpr validation_result reject() noexcept { return {kind::rejected, std::nullopt}; }
  [[nodiscard]] static constexpr validation_result reject(wire::reason_for_ban hard) noexcept {
    return {kind::rejected, hard};
  }

  [[nodiscard]] constexpr bool rejects() const noexcept { return kind_ == kind::rejected; }
  /// The hard one, if it is one.
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

}  // namespace pappus::peer
