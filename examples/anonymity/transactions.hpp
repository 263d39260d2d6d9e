// Test transactions that differ only in their fee.
#pragma once

#include <cstddef>
#include <cstring>
#include <unordered_map>
#include <vector>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace anonymity {

namespace wire = pappus::wire;

/// Well-formed transactions, identified by their kernels.
class transactions {
public:
  explicit transactions(std::size_t count);

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  [[nodiscard]] const wire::transaction_ptr& operator[](std::size_t number) const noexcept { return all_[number]; }
  [[nodiscard]] std::size_t number_of(const wire::hash& kernel) const { return numbers_.at(kernel); }

private:
  struct beginning {
    std::size_t operator()(const wire::hash& of) const noexcept {
      std::size_t bits = 0;
      std::memcpy(&bits, of.raw.data(), sizeof bits);
      return bits;
    }
  };

  std::vector<wire::transaction_ptr> all_;
  std::unordered_map<wire::hash, std::size_t, beginning> numbers_;
};

}  // namespace anonymity
