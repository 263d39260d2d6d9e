#include <pappus/coro/live_coroutines.hpp>

namespace pappus::coro {

#if PAPPUS_TRACE_COROUTINES

namespace {
thread_local live_coroutine_entry* oldest = nullptr;
thread_local live_coroutine_entry* newest = nullptr;
thread_local std::uint64_t created = 0;
}  // namespace

live_coroutine_entry::live_coroutine_entry() noexcept : previous_(newest) {
  info_.id = ++created;
  (previous_ == nullptr ? oldest : previous_->next_) = this;
  newest = this;
}

live_coroutine_entry::~live_coroutine_entry() {
  (previous_ == nullptr ? oldest : previous_->next_) = next_;
  (next_ == nullptr ? newest : next_->previous_) = previous_;
}

void live_coroutine_entry::set_name(const char* function, unsigned line) noexcept {
  info_.function = function;
  info_.line = line;
}

const coroutine_info* live_coroutine_entry::user_of_locals() const noexcept {
  for (const live_coroutine_entry* entry = next_; entry != nullptr; entry = entry->next_) {
    if (references_.used_by(entry->references_)) return &entry->info_;
  }
  return nullptr;
}

std::vector<coroutine_info> live_coroutines() {
  std::vector<coroutine_info> live;
  for (const live_coroutine_entry* entry = oldest; entry != nullptr; entry = entry->next_) live.push_back(entry->info_);
  return live;
}

#else

std::vector<coroutine_info> live_coroutines() { return {}; }

#endif

std::string describe_live_coroutines() {
  std::string text;
  for (const coroutine_info& each : live_coroutines()) {
    text += '#' + std::to_string(each.id) + ' ' + each.function;
    if (each.line != 0) text += ':' + std::to_string(each.line);
    if (each.awaited_by != 0) text += " awaited by #" + std::to_string(each.awaited_by);
    if (*each.waits_for != '\0') text += std::string(" waits for ") + each.waits_for;
    text += '\n';
  }
  return text;
}

}  // namespace pappus::coro
