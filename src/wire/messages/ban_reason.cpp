// The body of BanReason, and its causes as text.
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::wire {

std::string_view to_string(ban_cause cause) noexcept {
  switch (cause) {
    case ban_cause::none: return "none";
    case ban_cause::bad_block: return "bad block";
    case ban_cause::bad_compact_block: return "bad compact block";
    case ban_cause::bad_header: return "bad header";
    case ban_cause::bad_txhashset: return "bad txhashset";
    case ban_cause::manual: return "manual";
    case ban_cause::fraud_height: return "fraud height";
    case ban_cause::bad_handshake: return "bad handshake";
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
  in.require(number >= 0 && number <= 7, decode_fault::unknown_value, "cause", start);
  return {static_cast<ban_cause>(number)};
}

void ban_reason::write(writer& out) const { out.i32(static_cast<std::int32_t>(cause)); }

}  // namespace pappus::wire::messages
