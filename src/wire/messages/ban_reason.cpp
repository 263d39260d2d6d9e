// The body of BanReason, and the names of its reasons.
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::wire {

std::string_view to_string(reason_for_ban cause) noexcept {
  switch (cause) {
    case reason_for_ban::none: return "none";
    case reason_for_ban::bad_block: return "bad block";
    case reason_for_ban::bad_compact_block: return "bad compact block";
    case reason_for_ban::bad_header: return "bad header";
    case reason_for_ban::bad_txhashset: return "bad txhashset";
    case reason_for_ban::manual: return "manual";
    case reason_for_ban::fraud_height: return "fraud height";
    case reason_for_ban::bad_handshake: return "bad handshake";
  }
  return "unknown cause";
}

}  // namespace pappus::wire

namespace pappus::wire::messages {

ban_reason ban_reason::read(reader& in) noexcept {
  if (in.remaining() < 4) {
    static_cast<void>(in.take(in.remaining(), "cause"));
    return {};
  }
  const std::size_t start = in.offset();
  const std::int32_t number = in.i32("cause");
  in.check(number >= 0 && number <= 7, decode_errc::unknown_value, "cause", start);
  return {static_cast<reason_for_ban>(number)};
}

void ban_reason::write(writer& out) const { out.i32(static_cast<std::int32_t>(reason)); }

}  // namespace pappus::wire::messages
