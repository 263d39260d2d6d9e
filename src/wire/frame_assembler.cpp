// Assembles frames. Bytes are copied from the piece up to one boundary at a time; whole frames in the piece are not
// copied.
#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <pappus/wire/frame_assembler.hpp>

namespace pappus::wire {
namespace {

std::span<const std::byte, frame_header::size> header_at(const std::byte* start) noexcept {
  return std::span<const std::byte, frame_header::size>{start, frame_header::size};
}

}  // namespace

void frame_assembler::feed(bytes_view piece) {
  if (!piece_.empty()) throw std::logic_error("frame_assembler: fed before the last piece was used up or kept");
  if (!error_) piece_ = piece;
}

decode_result<std::optional<frame>> frame_assembler::next() {
  head_ += std::exchange(lent_, 0);
  settle();
  while (true) {
    if (head_ < open_) return std::optional{lend_held()};
    if (error_) {
      settle();
      return failure{*error_};
    }
    skip();
    if (piece_.empty()) return std::optional<frame>{};
    if (open_ < size_) {
      store_some();
      continue;
    }
    auto whole = lend_in_place();
    if (whole || !error_) return whole;
  }
}

std::optional<frame> frame_assembler::unfinished() const noexcept {
  if (whole_ == 0 || !piece_.empty() || unread() != 0 || error_) return std::nullopt;
  const std::byte* const start = memory_.get() + open_;
  const frame_header header = *read_frame_header(header_at(start), *rules_);
  return frame{header, true, {start + frame_header::size, size_ - open_ - frame_header::size}};
}

bytes_view frame_assembler::take_unframed(std::uint64_t max) {
  if (!has_unframed()) throw std::logic_error("frame_assembler: the bytes behind the frame were taken for frames");
  head_ += std::exchange(lent_, 0);
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(max, piece_.size()));
  const bytes_view taken = piece_.first(count);
  piece_ = piece_.subspan(count);
  return taken;
}

void frame_assembler::detach() {
  head_ += std::exchange(lent_, 0);
  skip();
  make_room(piece_.size());
  for (; !piece_.empty(); skip()) store_some();
  settle();
}

std::span<std::byte> frame_assembler::prepare() {
  if (whole_ == 0 || !piece_.empty() || error_) return {};
  const std::size_t have = size_ - open_;
  const std::size_t wanted = whole_ - have;
  if (have < limits::min_direct_read || wanted < limits::min_direct_read) return {};
  head_ += std::exchange(lent_, 0);
  // Doubling the held bytes keeps the memory within its bound and the copying linear.
  if (capacity_ - size_ < limits::min_direct_read) move_to(buffered() + std::min(wanted, buffered()));
  return {memory_.get() + size_, std::min(wanted, capacity_ - size_)};
}

void frame_assembler::commit(std::size_t count) {
  if (count == 0) return;
  if (count > capacity_ - size_ || count > bytes_missing())
    throw std::logic_error("frame_assembler: grew past its tail");
  size_ += count;
  if (size_ - open_ == whole_) close_frame();
}

std::uint64_t frame_assembler::bytes_missing() const noexcept {
  if (skip_ > 0) return skip_;
  const std::size_t have = size_ - open_;
  if (whole_ > 0) return whole_ - have;
  return have > 0 ? frame_header::size - have : 0;
}

// Returns a frame from memory; its header was validated when it was stored.
frame frame_assembler::lend_held() {
  const std::byte* const start = memory_.get() + head_;
  const frame_header header = *read_frame_header(header_at(start), *rules_);
  const bool known = rules_->known[header.code];
  const std::size_t length = known ? static_cast<std::size_t>(header.length) : 0;
  lent_ = frame_header::size + length;
  return {header, known, {start + frame_header::size, length}};
}

// Returns the next frame of the piece if the piece contains all of it. Sets `error_` if its header is invalid.
std::optional<frame> frame_assembler::lend_in_place() {
  if (piece_.size() < frame_header::size) return std::nullopt;
  const auto header = read_frame_header(header_at(piece_.data()), *rules_);
  if (!header) {
    stop(header.error());
    return std::nullopt;
  }
  const bool known = rules_->known[header->code];
  if (!known) skip_ = header->length;
  const std::size_t length = known ? static_cast<std::size_t>(header->length) : 0;
  if (piece_.size() - frame_header::size < length) return std::nullopt;
  const frame whole{*header, known, piece_.subspan(frame_header::size, length)};
  piece_ = piece_.subspan(frame_header::size + length);
  return whole;
}

// Moves bytes from the piece to the frame at open_, up to its next boundary: the end of the header or of the frame.
void frame_assembler::store_some() {
  const std::size_t have = size_ - open_;
  const std::size_t boundary = whole_ > 0 ? whole_ : frame_header::size;
  const std::size_t count = std::min(boundary - have, piece_.size());
  append(piece_.first(count));
  piece_ = piece_.subspan(count);
  if (have + count == boundary) open_frame_has(boundary);
}

// The frame at open_ has reached a boundary.
void frame_assembler::open_frame_has(std::size_t have) {
  if (whole_ == 0) {
    const auto header = read_frame_header(header_at(memory_.get() + open_), *rules_);
    if (!header) return stop(header.error());
    if (rules_->known[header->code]) {
      whole_ = frame_header::size + static_cast<std::size_t>(header->length);
    } else {
      whole_ = frame_header::size;
      skip_ = header->length;
    }
  }
  if (have == whole_) close_frame();
}

void frame_assembler::close_frame() noexcept {
  open_ = size_;
  whole_ = 0;
}

// Skips bytes of a body of unknown type.
void frame_assembler::skip() noexcept {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, piece_.size()));
  piece_ = piece_.subspan(count);
  skip_ -= count;
}

void frame_assembler::stop(const decode_error& error) noexcept {
  error_ = error;
  piece_ = {};
  size_ = open_;
}

void frame_assembler::append(bytes_view more) {
  make_room(more.size());
  std::memcpy(memory_.get() + size_, more.data(), more.size());
  size_ += more.size();
}

void frame_assembler::make_room(std::size_t count) {
  // One and a half times the needed size, so that bytes that arrive one by one are not copied each time.
  if (capacity_ - size_ < count) move_to((buffered() + count) * 3 / 2);
}

// Moves the held bytes to the start of new memory.
void frame_assembler::move_to(std::size_t capacity) {
  auto memory = capacity > 0 ? std::make_unique_for_overwrite<std::byte[]>(capacity) : nullptr;
  if (buffered() > 0) std::memcpy(memory.get(), memory_.get() + head_, buffered());
  memory_ = std::move(memory);
  capacity_ = capacity;
  size_ -= head_;
  open_ -= head_;
  head_ = 0;
}

// Restores the bound on memory after frames were returned.
void frame_assembler::settle() {
  if (buffered() == 0 ? capacity_ > 0 : capacity_ > 2 * buffered() + limits::max_buffer_slack) move_to(buffered());
}

}  // namespace pappus::wire
