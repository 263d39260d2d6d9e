// Memory for the nodes of containers that come and go: freed memory is kept and reused by size.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <new>
#include <utility>

namespace pappus::peer {

/// For one thread. Keeps what it has ever taken until it is destroyed, larger and overaligned blocks excepted. Unlike
/// `std::pmr::unsynchronized_pool_resource` of libstdc++, it can be used on after it has thrown for want of memory:
/// that one swallows the exception of its upstream resource and goes on without a chunk (`_Pool::replenish`, GCC 12).
class recycling_memory final : public std::pmr::memory_resource {
public:
  recycling_memory() = default;
  recycling_memory(const recycling_memory&) = delete;
  recycling_memory& operator=(const recycling_memory&) = delete;
  ~recycling_memory() override {
    for (idle*& first : idle_) {
      while (first != nullptr) ::operator delete(std::exchange(first, first->next));
    }
  }

private:
  struct idle {
    idle* next;
  };

  static constexpr std::size_t granularity = 32;  // bytes
  static constexpr std::size_t classes = 16;

  [[nodiscard]] static bool is_recycled(std::size_t bytes, std::size_t alignment) noexcept {
    return bytes != 0 && bytes <= granularity * classes && alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;
  }
  [[nodiscard]] static std::size_t class_of(std::size_t bytes) noexcept { return (bytes - 1) / granularity; }

  [[nodiscard]] void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (!is_recycled(bytes, alignment)) return std::pmr::new_delete_resource()->allocate(bytes, alignment);
    idle*& first = idle_[class_of(bytes)];
    if (first == nullptr) return ::operator new((class_of(bytes) + 1) * granularity);
    return std::exchange(first, first->next);
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
    if (!is_recycled(bytes, alignment)) return std::pmr::new_delete_resource()->deallocate(memory, bytes, alignment);
    idle*& first = idle_[class_of(bytes)];
    first = ::new (memory) idle{first};
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::array<idle*, classes> idle_{};  // by size
};

}  // namespace pappus::peer
