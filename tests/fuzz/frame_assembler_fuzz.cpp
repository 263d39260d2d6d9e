// The frame assembler with random bytes in random pieces: its frames are those of a reader of the whole stream, and its
// memory stays within its bound.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <pappus/wire/frame_assembler.hpp>
#include <pappus/wire/grin_messages.hpp>

using namespace pappus::wire;

namespace {

void require(bool met) {
  if (!met) std::abort();
}

struct seen_frame {
  std::uint8_t code;
  bytes body;
  bool operator==(const seen_frame&) const = default;
};

// False after an invalid header.
bool take_all(frame_assembler& assembler, std::vector<seen_frame>& seen) {
  while (true) {
    const auto got = assembler.next();
    require(assembler.capacity() <= 2 * assembler.buffered() + limits::max_buffer_slack);
    if (!got) return false;
    if (!*got) return true;
    seen.push_back({(*got)->header.code, bytes((*got)->body.begin(), (*got)->body.end())});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& rules = grin_messages::rules(chain_type::usernet);
  if (size == 0) return 0;
  std::uint32_t state = data[0] + 1u;
  const auto random = [&state] { return state = state * 1'664'525 + 1'013'904'223, state >> 16; };
  const bytes_view stream = std::as_bytes(std::span{data, size}).subspan(1);

  std::vector<seen_frame> whole;
  frame_assembler at_once{rules};
  at_once.feed(stream);
  const bool valid = take_all(at_once, whole);

  std::vector<seen_frame> pieces;
  frame_assembler assembler{rules};
  for (std::size_t at = 0; at < stream.size();) {
    const auto room = assembler.prepare();
    std::size_t count = std::min<std::size_t>(1 + random() % 700, stream.size() - at);
    const bytes piece(stream.begin() + static_cast<std::ptrdiff_t>(at),
                      stream.begin() + static_cast<std::ptrdiff_t>(at + count));
    if (room.empty()) {
      assembler.feed(piece);
      if (random() % 2 == 0) take_all(assembler, pieces);
      assembler.detach();
    } else {
      count = std::min(count, room.size());
      std::copy_n(piece.begin(), count, room.begin());
      assembler.commit(count);
    }
    require(assembler.capacity() <= 2 * assembler.buffered() + limits::max_buffer_slack);
    at += count;
  }
  require(take_all(assembler, pieces) == valid);
  require(pieces == whole);
  return 0;
}
