#include "asymmetric_fence.hpp"

#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace pappus::integration {
namespace {

#ifdef __linux__

bool membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0) == 0; }

/// Makes all running threads of this process pass a full fence.
bool fence_all() noexcept { return membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED); }
bool can_fence_all() noexcept { return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); }

#else

bool fence_all() noexcept { return false; }
bool can_fence_all() noexcept { return false; }

#endif

}  // namespace

asymmetric_fence::asymmetric_fence() noexcept : asymmetric_(can_fence_all()) {}

void asymmetric_fence::heavy() const noexcept {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (asymmetric_) static_cast<void>(fence_all());
}

}  // namespace pappus::integration
