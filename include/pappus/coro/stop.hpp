// Cooperative stopping on one thread: a source requests a stop, and the operations that wait under its token are
// notified. No locks, no reference counts: a source outlives everything that runs under it, because a scope waits for
// its children.
#pragma once

#include <exception>

#include <pappus/misuse.hpp>

namespace pappus::coro {

class stop_source;
class stop_callback;

/// Called once, when the callback is already unlinked. It may queue coroutines and unlink other callbacks, but must not
/// resume a coroutine.
using stop_function = void (*)(stop_callback& self) noexcept;

/// Receives a stop request while linked to a source; linking and unlinking are O(1) and allocate nothing. A callback
/// that is never linked, as in most waits, writes one pointer when it is made and reads it when it is destroyed. For
/// one thread, as all of this header.
class stop_callback {
public:
  stop_callback() noexcept {}
  stop_callback(const stop_callback&) = delete;
  stop_callback& operator=(const stop_callback&) = delete;

protected:
  ~stop_callback() { unlink(); }

  /// Unlinks from the source. No effect when not linked.
  void unlink() noexcept {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = nullptr;
  }

private:
  friend stop_source;
  friend class stop_token;

  stop_callback* previous_;        // set while linked
  stop_callback* next_ = nullptr;  // null while not linked
  stop_function on_stop_;          // set while linked
};

/// Refers to a source, or to none: then a stop is impossible.
class stop_token {
public:
  stop_token() = default;
  explicit stop_token(stop_source& source) noexcept : source_(&source) {}

  /// Whether there is a source.
  [[nodiscard]] bool stop_possible() const noexcept { return source_ != nullptr; }
  /// Whether the source has requested the stop.
  [[nodiscard]] bool stop_requested() const noexcept;

  /// Links `callback` to the source, if there is one; `stopped` is called on the stop request. Precondition: the stop
  /// has not been requested yet.
  void link(stop_callback& callback, stop_function stopped) const noexcept;

private:
  stop_source* source_ = nullptr;
};

/// Requests a stop. A source made under a token is stopped with that token. Destroying a source that has linked
/// callbacks terminates.
class stop_source final : private stop_callback {
public:
  stop_source() noexcept { ring_.previous_ = ring_.next_ = &ring_; }
  explicit stop_source(stop_token parent) noexcept : stop_source() {
    requested_ = parent.stop_requested();
    if (requested_) return;
    parent.link(*this, [](stop_callback& self) noexcept { static_cast<stop_source&>(self).request_stop(); });
  }
  ~stop_source() {
    if (ring_.next_ != &ring_)
      misuse("stop_source: destroyed while operations or other sources are registered with it");
  }

  /// A token of this source, valid as long as the source.
  [[nodiscard]] stop_token token() noexcept { return stop_token{*this}; }
  /// Whether the stop has been requested.
  [[nodiscard]] bool stop_requested() const noexcept { return requested_; }

  /// Calls every linked callback, in the order of linking. Later calls do nothing. O(linked).
  void request_stop() noexcept {
    if (requested_) return;
    requested_ = true;
    while (ring_.next_ != &ring_) {
      stop_callback& first = *ring_.next_;
      first.unlink();
      first.on_stop_(first);
    }
  }

private:
  friend stop_token;

  class anchor final : public stop_callback {};

  anchor ring_;  // head of the circular list of callbacks
  bool requested_ = false;
};

inline bool stop_token::stop_requested() const noexcept { return source_ != nullptr && source_->requested_; }

inline void stop_token::link(stop_callback& callback, stop_function stopped) const noexcept {
  if (source_ == nullptr) return;
  stop_callback& ring = source_->ring_;
  callback.on_stop_ = stopped;
  callback.previous_ = ring.previous_;
  callback.next_ = &ring;
  ring.previous_->next_ = &callback;
  ring.previous_ = &callback;
}

}  // namespace pappus::coro
