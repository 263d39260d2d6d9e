// Lists live coroutines and the operation each awaits (trace builds). Compiled in when PAPPUS_TRACE_COROUTINES is 1
// (CMake option of that name, on in debug builds); otherwise it costs nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <pappus/coro/parameter_references.hpp>

#ifndef PAPPUS_TRACE_COROUTINES
#define PAPPUS_TRACE_COROUTINES 0
#endif

namespace pappus::coro {

inline constexpr bool tracing = PAPPUS_TRACE_COROUTINES != 0;

/// One live coroutine.
struct coroutine_info {
  std::uint64_t id = 0;          // order of creation on this thread
  std::uint64_t awaited_by = 0;  // id of the coroutine that awaits this one, 0 for the root of a tree
  const char* function = "";     // name of the coroutine's function
  unsigned line = 0;             // line at which that function begins, 0 for the root of a tree
  const char* waits_for = "";    // the operation it is suspended on; empty while it runs or awaits another coroutine
};

/// The live coroutines of this thread, oldest first; empty unless `tracing`. O(live).
[[nodiscard]] std::vector<coroutine_info> live_coroutines();

/// The list as text, one coroutine per line, for a debugger or a log.
[[nodiscard]] std::string describe_live_coroutines();

#if PAPPUS_TRACE_COROUTINES

/// A coroutine's list entry, part of its promise.
class live_coroutine_entry {
public:
  live_coroutine_entry() noexcept;
  live_coroutine_entry(const live_coroutine_entry&) = delete;
  live_coroutine_entry& operator=(const live_coroutine_entry&) = delete;
  ~live_coroutine_entry();

  void set_name(const char* function, unsigned line) noexcept;
  void set_awaiter(const live_coroutine_entry& parent) noexcept { info_.awaited_by = parent.info_.id; }
  void set_operation(const char* operation) noexcept { info_.waits_for = operation; }
  template <class... Parameters>
  void called_with(const Parameters&... parameters) noexcept {
    references_.note(parameters...);
  }

  [[nodiscard]] const parameter_references& references() const noexcept { return references_; }

  /// A coroutine that was called after this one and has a parameter that refers to a local of it, or null. O(live).
  [[nodiscard]] const coroutine_info* user_of_locals() const noexcept;

private:
  friend std::vector<coroutine_info> live_coroutines();

  coroutine_info info_;
  parameter_references references_;
  live_coroutine_entry* previous_ = nullptr;
  live_coroutine_entry* next_ = nullptr;
};

#else

class live_coroutine_entry {
public:
  void set_name(const char* /*function*/, unsigned /*line*/) noexcept {}
  void set_awaiter(const live_coroutine_entry& /*parent*/) noexcept {}
  void set_operation(const char* /*operation*/) noexcept {}
  template <class... Parameters>
  void called_with(const Parameters&... /*parameters*/) noexcept {}
  [[nodiscard]] static const coroutine_info* user_of_locals() noexcept { return nullptr; }
};

#endif

}  // namespace pappus::coro
