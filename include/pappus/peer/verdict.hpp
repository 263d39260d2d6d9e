// The host's word on what a peer has brought.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

/// Whoever brings what is accepted is worth keeping; what is rejected counts against whoever has brought it.
class verdict {
public:
  static const verdict accept;  // new and valid
  static const verdict ignore;  // known already, or of no interest now

  /// It can never be valid, for anybody. As a soft fault, which adds `limits::rejected_score` to the sender's score; or
  /// as a hard one, for which its session ends and who answers for it is banned or discouraged at once (`discipline`):
  /// one that an honest peer cannot have committed, since it would have noticed.
  [[nodiscard]] static constexpr verdict reject() noexcept { return {kind::rejected, std::nullopt}; }
  [[nodiscard]] static constexpr verdict reject(wire::ban_cause hard) noexcept { return {kind::rejected, hard}; }

  [[nodiscard]] constexpr bool rejects() const noexcept { return kind_ == kind::rejected; }
  /// The hard one, if it is one.
  [[nodiscard]] constexpr std::optional<wire::ban_cause> fault() const noexcept { return fault_; }

  friend constexpr bool operator==(const verdict&, const verdict&) = default;

private:
  enum class kind : std::uint8_t { accepted, ignored, rejected };

  constexpr verdict(kind what, std::optional<wire::ban_cause> fault) noexcept : kind_(what), fault_(fault) {}

  kind kind_;
  std::optional<wire::ban_cause> fault_;
};

inline constexpr verdict verdict::accept{kind::accepted, std::nullopt};
inline constexpr verdict verdict::ignore{kind::ignored, std::nullopt};

}  // namespace pappus::peer
