// Every decoder under random bytes: the first says the type, the second the version, the third the network. What is
// read must be written in exactly the size announced, and read again from that to be written the same.
#include <cstdint>
#include <cstdlib>

#include <pappus/wire/grin_messages.hpp>

using namespace pappus::wire;

namespace {

void require(bool met) {
  if (!met) std::abort();
}

struct round_trip {
  dialect spoken;

  template <class Message>
  void operator()(Message&& read) {
    using message_type = std::remove_cvref_t<Message>;
    const auto once = encode(read, spoken.version);
    require(once.has_value() && once->size() == read.size(spoken.version));
    const auto again = decode<message_type>(*once, spoken);
    require(again.has_value());
    require(*encode(*again, spoken.version) == *once);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  constexpr std::uint32_t versions[] = {0, 1, 2, 3, 1000};
  const dialect spoken{{versions[data[1] % 5]}, chains[data[2] % chains.size()].limits};
  const bytes_view body = std::as_bytes(std::span{data, size}).subspan(3);
  const frame received{{data[0], body.size()}, true, body};
  if (const auto handled = grin_messages::dispatch(received, spoken, round_trip{spoken}); !handled) {
    require(!to_string(handled.error()).empty());
  }
  return 0;
}
