// Assembles frames from bytes that arrive in arbitrary pieces. Copies only what must outlive its piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/frame.hpp>

namespace pappus::wire {

/// Receive buffer of one connection. Bytes are added in one of two ways. As pieces of memory that the caller owns:
///
///     assembler.feed(piece);
///     for (auto got = assembler.next(); got && *got; got = assembler.next()) use(**got);
///     assembler.keep();  // before `piece` is destroyed
///
/// Or, if `prepare` returns room, by reading directly into it, followed by the same loop:
///
///     if (auto room = assembler.prepare(); !room.empty()) assembler.commit(read_some(room));
///
/// Lifetimes: a frame with its body, and the room that `prepare` returns, are valid until the next call of a non-const
/// member function; a frame is also valid no longer than the piece that contains it. The caller decodes a message
/// before that.
///
/// Memory: between calls at most twice the bytes held plus `limits::max_buffer_slack`, whatever lengths are declared;
/// none when no bytes are held. While memory grows, the old and the new block exist together. Bodies of unknown types
/// are skipped and never held.
///
/// Errors: the first invalid header ends the input. Frames before it are still returned, then every `next` returns that
/// error; bytes after it are neither examined nor kept.
class frame_assembler {
public:
  /// `rules` outlives the assembler; all connections share it.
  explicit frame_assembler(const frame_rules& rules) noexcept : rules_(&rules) {}
  frame_assembler(const frame_assembler&) = delete;
  frame_assembler& operator=(const frame_assembler&) = delete;

  /// Adds `piece`, the bytes that follow all earlier ones. It is borrowed until it is used up or `detach` is called.
  /// Throws `std::logic_error` if an earlier piece is still borrowed.
  void feed(bytes_view piece);

  /// The next frame, or nothing until there are more bytes. A frame that lies whole in the piece is not copied. A frame
  /// of an unknown type is returned as soon as its header is complete.
  [[nodiscard]] decode_result<std::optional<frame>> next();

  /// The frame of a known type that has begun to arrive, with the held part of its body. Empty between frames, until
  /// its header is complete, while a piece is borrowed, and while whole frames before it have not been returned by
  /// `next`. Valid as long as other frames.
  [[nodiscard]] std::optional<frame> unfinished() const noexcept;

  /// Whether the bytes after the last returned frame are available unframed. They are not if `detach` was called before
  /// that frame was returned, since then they were parsed as frames.
  [[nodiscard]] bool has_unframed() const noexcept { return buffered() == lent_ && !error_; }

  /// Takes at most `max` of the bytes after the last returned frame, which belong to no frame, such as an archive.
  /// Valid as long as the piece that contains them. Throws `std::logic_error` unless `has_unframed()`.
  [[nodiscard]] bytes_view take_unframed(std::uint64_t max);

  /// Copies the rest of the piece, including frames that `next` has not returned, so that the piece can be destroyed.
  void detach();

  /// Room for reading directly while a large frame is arriving, never past its end. Empty if that is not worthwhile or
  /// a piece is borrowed. For one read.
  [[nodiscard]] std::span<std::byte> prepare();

  /// Adds the first `count` bytes of the room, which were filled. Throws `std::logic_error` if there was no such room.
  void commit(std::size_t count);

  /// Bytes held in its own memory: frames that `next` has not returned, and the incomplete rest.
  [[nodiscard]] std::size_t buffered() const noexcept { return size_ - head_; }

  /// Of these, the bytes of whole frames that `next` has not returned; backpressure depends on them.
  [[nodiscard]] std::size_t unread() const noexcept { return open_ - head_ - lent_; }

  /// Size of its own memory, bytes.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// Bytes missing from the frame that has begun to arrive: to its end if its header is complete, otherwise to the end
  /// of the header; 0 between frames. A piece counts once it is used up or kept.
  [[nodiscard]] std::uint64_t bytes_missing() const noexcept;

private:
  [[nodiscard]] frame lend_held();
  [[nodiscard]] std::optional<frame> lend_in_place();
  void store_some();
  void open_frame_has(std::size_t have);
  void close_frame() noexcept;
  void skip() noexcept;
  void stop(const decode_error& error) noexcept;
  void append(bytes_view more);
  void make_room(std::size_t count);
  void move_to(std::size_t capacity);
  void settle();

  // Held bytes, by offset: [head_, open_) are whole frames, those of unknown types without their bodies, of which the
  // first lent_ bytes have been returned by `next`; [open_, size_) is the beginning of one more.
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t head_ = 0;
  std::size_t lent_ = 0;
  std::size_t open_ = 0;
  std::size_t size_ = 0;

  const frame_rules* rules_;
  bytes_view piece_;                   // borrowed, not parsed yet
  std::size_t whole_ = 0;              // size of the frame at open_ once its header is complete, otherwise 0
  std::uint64_t skip_ = 0;             // missing bytes of a body of unknown type
  std::optional<decode_error> error_;  // returned after all held frames
};

}  // namespace pappus::wire
