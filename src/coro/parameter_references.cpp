#include <algorithm>
#include <utility>

#include <pappus/coro/parameter_references.hpp>

namespace pappus::coro {
namespace {

struct allocation {
  const void* frame = nullptr;
  std::size_t size = 0;
};
thread_local allocation last_allocated;

}  // namespace

void parameter_references::frame_allocated(const void* frame, std::size_t size) noexcept {
  last_allocated = {frame, size};
}

/// A compiler may place a frame in another one; then none was allocated for it.
parameter_references::parameter_references() noexcept {
  const auto [frame, size] = std::exchange(last_allocated, {});
  const memory allocated{static_cast<const std::byte*>(frame), size};
  if (allocated.contains(this)) frame_ = allocated;
}

bool parameter_references::used_by(const parameter_references& other) const noexcept {
  return std::any_of(other.referred_to_.begin(), other.referred_to_.begin() + other.references_, [&](const auto* to) {
    return frame_.contains(to) && std::none_of(parameters_.begin(), parameters_.begin() + by_value_,
                                               [&](const memory& parameter) { return parameter.contains(to); });
  });
}

void parameter_references::add(const volatile void* to) noexcept {
  if (references_ != most) referred_to_[references_++] = to;
}

void parameter_references::add_all(const parameter_references& inner) noexcept {
  std::for_each_n(inner.referred_to_.begin(), inner.references_, [&](const volatile void* to) { add(to); });
}

void parameter_references::add_object(memory object) noexcept {
  if (!frame_.contains(object.begin)) {
    if (frame_.size != 0) add(object.begin);
  } else if (by_value_ != most) {
    parameters_[by_value_++] = object;
  }
}

}  // namespace pappus::coro
