#include <array>
#include <new>
#include <utility>

#include <pappus/coro/frame_recycler.hpp>

namespace pappus::coro {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool recycles = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool recycles = false;
#else
constexpr bool recycles = true;
#endif
#else
constexpr bool recycles = true;
#endif

// The heap serves requests in steps of 16 bytes, 8 of which are its own: sizes in between would cost the same.
constexpr std::size_t granularity = 16;
constexpr std::size_t overhead = 8;
constexpr std::size_t classes = 256;  // larger frames than 4,088 bytes are not recycled

struct idle_frame {
  idle_frame* next;
};

struct lists {
  std::array<idle_frame*, classes> idle;
  frame_recycler::counters counted;
  bool ended;  // the thread's destructors have run: keep no more frames
};

// Trivially destructible, so that access needs no initialization guard; `janitor` empties it at thread exit.
constinit thread_local lists local{};

struct janitor {
  janitor() noexcept { static_cast<void>(this); }
  janitor(const janitor&) = delete;
  janitor& operator=(const janitor&) = delete;
  ~janitor() {
    local.ended = true;
    frame_recycler::trim();
  }
};

void* allocate_fresh(std::size_t size) {
  thread_local const janitor cleans_up_at_thread_end;
  static_cast<void>(cleans_up_at_thread_end);
  void* const frame = ::operator new(size);
  ++local.counted.allocated;
  ++local.counted.live;
  return frame;
}

constexpr std::size_t class_of(std::size_t size) noexcept { return (size + overhead - 1) / granularity; }
constexpr std::size_t size_of_class(std::size_t index) noexcept { return (index + 1) * granularity - overhead; }

}  // namespace

void* frame_recycler::allocate(std::size_t size) {
  const std::size_t index = class_of(size);
  if (!recycles || index >= classes) return allocate_fresh(size);
  idle_frame*& head = local.idle[index];
  if (head == nullptr) return allocate_fresh(size_of_class(index));
  idle_frame* const frame = head;
  head = frame->next;
  ++local.counted.reused;
  ++local.counted.live;
  local.counted.idle_bytes -= size_of_class(index);
  return frame;
}

void frame_recycler::release(void* frame, std::size_t size) noexcept {
  --local.counted.live;
  const std::size_t index = class_of(size);
  if (!recycles || index >= classes || local.ended ||
      local.counted.idle_bytes + size_of_class(index) > max_idle_bytes) {
    ::operator delete(frame);
    return;
  }
  local.idle[index] = ::new (frame) idle_frame{local.idle[index]};
  local.counted.idle_bytes += size_of_class(index);
}

void frame_recycler::trim() noexcept {
  for (idle_frame*& head : local.idle) {
    while (head != nullptr) ::operator delete(std::exchange(head, head->next));
  }
  local.counted.idle_bytes = 0;
}

frame_recycler::counters frame_recycler::statistics() noexcept { return local.counted; }

}  // namespace pappus::coro
