// Bytes in flight, in blocks that all connections of a world share: an idle connection holds none.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <pappus/io/stream.hpp>

namespace pappus::sim {

/// A free list of blocks. Returns no memory to the heap before its destruction.
class block_pool {
public:
  struct block {
    static constexpr std::size_t size = 4096 - sizeof(void*);
    block* next;
    std::byte bytes[size];
  };

  [[nodiscard]] block* take();
  void give_back(block* unused) noexcept;

private:
  static constexpr std::size_t at_a_time = 16;

  std::vector<std::unique_ptr<block[]>> slabs_;
  block* unused_ = nullptr;
};

/// First in, first out.
class byte_queue {
public:
  explicit byte_queue(block_pool& pool) noexcept : pool_(pool) {}
  byte_queue(const byte_queue&) = delete;
  byte_queue& operator=(const byte_queue&) = delete;
  ~byte_queue() { drop(size_); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void push(io::const_buffer bytes);
  /// Moves the first bytes into `into`. Precondition: `into.size() <= size()`.
  void pop(io::buffer into) noexcept;
  void drop(std::size_t count) noexcept;

private:
  /// Calls `use` for the first `count` bytes, piece by piece, and removes them.
  template <class Use>
  void consume(std::size_t count, Use use) noexcept;

  block_pool& pool_;
  block_pool::block* first_ = nullptr;
  block_pool::block* last_ = nullptr;
  std::size_t begin_ = 0;  // in the first block
  std::size_t end_ = 0;    // in the last block
  std::size_t size_ = 0;
};

}  // namespace pappus::sim
