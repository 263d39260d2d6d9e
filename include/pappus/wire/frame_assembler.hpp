// Makes whole frames out of bytes that arrive in any pieces, copying only what has to outlive its piece.
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

/// The receiving end of one connection, without the connection. Bytes come in on one of two ways. As pieces of memory
/// that belongs to others:
///
///     assembler.feed(piece);
///     for (auto got = assembler.next(); got && *got; got = assembler.next()) use(**got);
///     assembler.keep();  // before `piece` dies
///
/// Or, if there is a tail, by reading straight into that, followed by the same loop:
///
///     if (auto room = assembler.tail(); !room.empty()) assembler.grew(read_some(room));
///
/// Lifetimes: a frame, its body included, and the room given by `tail` last until the next call of a member function
/// that is not const, a frame also no longer than the piece it came in. Whoever wants to keep a message decodes it
/// before that.
///
/// Memory: between calls at most twice the bytes held plus `limits::buffer_slack`, whatever lengths are declared; none
/// when no bytes are held. While memory grows, for a moment, the old besides the new. Bodies of unknown types are
/// counted away and never held.
///
/// Faults: the first wrong header ends it. Frames before it are still handed out, then every `next` gives that error;
/// nothing after it is looked at or kept.
class frame_assembler {
public:
  /// `rules` is shared by all connections and outlives them.
  explicit frame_assembler(const frame_rules& rules) noexcept : rules_(&rules) {}
  frame_assembler(const frame_assembler&) = delete;
  frame_assembler& operator=(const frame_assembler&) = delete;

  /// Lends `piece`, the bytes that follow all earlier ones, until it is used up or `keep` is called.
  /// Throws `std::logic_error` if the rest of an earlier piece was never kept.
  void feed(bytes_view piece);

  /// The next frame, or nothing until there are more bytes. A frame that lies whole in the piece stays there. One of an
  /// unknown type is handed out as soon as its header is read.
  [[nodiscard]] decode_result<std::optional<frame>> next();

  /// The known frame that has begun to arrive, with what is held of its body; nothing between frames, while its header
  /// is not there, or while a piece is lent or whole frames before it were not asked for. It lasts like other frames.
  [[nodiscard]] std::optional<frame> unfinished() const noexcept;

  /// Whether the bytes behind the frame handed out last can be had as such: not if their piece was kept before the
  /// frame was asked for, for then they were taken for frames.
  [[nodiscard]] bool has_unframed() const noexcept { return held() == lent_ && !error_; }

  /// At most `most` of the bytes behind the frame handed out last, which belong to no frame. They last as long as the
  /// piece they came in. Throws `std::logic_error` if it has them not.
  [[nodiscard]] bytes_view take_unframed(std::uint64_t most);

  /// Copies what is left of the piece, frames not asked for yet included, so that the piece may die.
  void keep();

  /// Room to read into directly while a large frame is arriving, never past that frame; empty if that does not pay or
  /// a piece is still lent. It is there for one read.
  [[nodiscard]] std::span<std::byte> prepare();

  /// The first `count` bytes of the room were filled. Throws `std::logic_error` if there was no such room.
  void commit(std::size_t count);

  /// Bytes held in memory of its own: frames not asked for and the unfinished rest.
  [[nodiscard]] std::size_t held() const noexcept { return size_ - head_; }

  /// Those of them that are whole frames nobody has asked for yet, what back pressure goes by.
  [[nodiscard]] std::size_t unread() const noexcept { return open_ - head_ - lent_; }

  /// Memory of its own, in bytes.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// Bytes still missing from the frame that has begun to arrive: up to its end if its header is there, else up to
  /// the end of its header; 0 between frames. A piece counts once it is used up or kept.
  [[nodiscard]] std::uint64_t missing() const noexcept;

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

  // What is held, by offset: [head_, open_) whole frames, those of unknown types without their bodies, of which the
  // first lent_ bytes are handed out; [open_, size_) the beginning of one more.
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t head_ = 0;
  std::size_t lent_ = 0;
  std::size_t open_ = 0;
  std::size_t size_ = 0;

  const frame_rules* rules_;
  bytes_view piece_;                   // borrowed, not looked at yet
  std::size_t whole_ = 0;              // the size of the frame at open_ once its header is there, else 0
  std::uint64_t skip_ = 0;             // bytes of an unknown body still to come
  std::optional<decode_error> error_;  // comes after all that is held
};

}  // namespace pappus::wire
