// An object that notices when it is destroyed twice or not at all.
#pragma once

#include <cstddef>
#include <set>

namespace support {

/// Every live object is registered by its address: destroying one twice, or using one that was not constructed, is a
/// fault.
class tracked {
public:
  explicit tracked(int value) noexcept : value_(value) { born(); }
  tracked(const tracked& other) : value_(other.value()) { born(); }
  tracked(tracked&& other) noexcept : value_(other.value()) { born(); }
  tracked& operator=(const tracked& other) {
    value_ = other.value();
    count_fault_unless(living().count(this) != 0);
    return *this;
  }
  ~tracked() { count_fault_unless(living().erase(this) != 0); }

  [[nodiscard]] int value() const noexcept {
    count_fault_unless(living().count(this) != 0);
    return value_;
  }

  /// Faults since the last call, and objects that are still alive. Resets the registry.
  [[nodiscard]] static std::size_t faults_and_leaks() {
    const std::size_t found = faults_ + living().size();
    faults_ = 0;
    living().clear();
    return found;
  }

private:
  static std::set<const tracked*>& living() {
    static std::set<const tracked*> all;
    return all;
  }
  static void count_fault_unless(bool right) noexcept { faults_ += right ? 0U : 1U; }
  void born() { count_fault_unless(living().insert(this).second); }

  static inline std::size_t faults_ = 0;
  int value_;
};

}  // namespace support
