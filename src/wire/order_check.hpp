// Order of the lists of transactions and blocks: strictly ascending by hash.
//
// Hashing costs more than everything else that is done with an element. Therefore elements wait, also those of
// different lists, until there are enough of them to be hashed side by side. Their errors are found later than others,
// but take precedence over those of bytes that follow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/reader.hpp>

#include "kernel_view.hpp"

namespace pappus::wire {

/// Checks the order of all lists of one message. `in` is meaningful only after `finish`.
class order_check {
public:
  explicit order_check(reader& in) noexcept : in_(in) {}
  order_check(const order_check&) = delete;
  order_check& operator=(const order_check&) = delete;

  /// Begins a list of `count` elements of `size` bytes. Skips those that were checked while the message was arriving;
  /// returns their number. O(1).
  [[nodiscard]] std::size_t begin_list(const char* field, std::size_t count, std::size_t size) noexcept;

  /// Begins a list of which nothing was checked before. `field` is a static string.
  void begin_list(const char* field) noexcept {
    field_ = field;
    begins_ = true;
  }

  /// Adds the i-th element, which was read last and begins at offset `start`. `hashed` must stay valid until `finish`.
  void add(std::size_t i, std::size_t start, bytes_view hashed) noexcept { add(i, start, hashed, nullptr); }

  /// Adds the i-th kernel, which was read last, and later stores its hash in `id`.
  void add(std::size_t i, std::size_t start, const kernel_view& one, hash& id) noexcept {
    one.write_fixed_form(forms_[waiting_]);
    add(i, start, forms_[waiting_], &id);
  }

  /// Checks all elements that wait.
  void finish() noexcept;

private:
  struct element {
    const char* field;
    std::size_t index;
    std::size_t start;  // offset in the message, bytes
    bool is_first;      // of its list
    hash* id;           // where its hash is stored; may be null
  };

  static constexpr std::size_t max_waiting = 32;

  void add(std::size_t i, std::size_t start, bytes_view hashed, hash* id) noexcept {
    elements_[waiting_] = {field_, i, start, begins_, id};
    hashed_[waiting_] = hashed;
    begins_ = false;
    end_ = in_.offset();
    if (++waiting_ == max_waiting) finish();
  }

  reader& in_;
  const char* field_ = "";
  bool begins_ = true;   // whether the next element is the first of its list
  std::size_t end_ = 0;  // offset of the end of the last element added
  hash last_;            // of the last element checked
  std::size_t waiting_ = 0;
  std::array<element, max_waiting> elements_;
  std::array<bytes_view, max_waiting> hashed_;
  std::array<hash, max_waiting> hashes_;
  std::array<std::array<std::byte, kernel::fixed_size>, max_waiting> forms_;
};

}  // namespace pappus::wire
