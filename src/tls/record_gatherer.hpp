// Divides a list of buffers into records: small buffers share one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

#include <pappus/io/stream.hpp>

#include "session.hpp"

namespace pappus::tls {

/// Neither the list nor its bytes are owned. Copies only buffers that are shorter than a record.
class record_gatherer {
public:
  /// Begins `offset` bytes into the first buffer.
  record_gatherer(std::span<const io::const_buffer> buffers, std::size_t offset) noexcept
      : left_(buffers), offset_(offset) {
    skip(0);
  }

  /// The bytes of the next record, which `skip` then leaves behind; empty at the end. Valid until the next call.
  [[nodiscard]] io::const_buffer next() noexcept {
    if (left_.empty()) return {};
    const io::const_buffer front = left_.front().subspan(offset_);
    if (front.size() >= joined_.size() || left_.size() == 1) return front.first(std::min(front.size(), joined_.size()));
    std::size_t size = 0;
    std::size_t offset = offset_;
    for (const io::const_buffer& each : left_) {
      const std::size_t count = std::min(each.size() - offset, joined_.size() - size);
      if (count != 0) std::memcpy(joined_.data() + size, each.data() + offset, count);
      size += count;
      offset = 0;
    }
    return io::const_buffer{joined_}.first(size);
  }

  void skip(std::size_t bytes) noexcept {
    offset_ += bytes;
    while (!left_.empty() && offset_ >= left_.front().size()) {
      offset_ -= left_.front().size();
      left_ = left_.subspan(1);
    }
  }

private:
  std::span<const io::const_buffer> left_;
  std::size_t offset_;  // bytes of the first of them that are behind
  std::array<std::byte, session::max_record> joined_;
};

}  // namespace pappus::tls
