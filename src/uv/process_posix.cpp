#include <algorithm>
#include <climits>
#include <csignal>
#include <cstdint>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process.hpp"

namespace pappus::uv {

void ignore_broken_pipes() noexcept {
  struct sigaction chosen {};
  if (sigaction(SIGPIPE, nullptr, &chosen) == 0 && chosen.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
}

std::size_t max_descriptors() noexcept {
  rlimit limit{};
  const bool limited = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return limited ? limit.rlim_cur : SIZE_MAX;
}

/// The table has room for the highest descriptor that there ever was.
void reserve_descriptors(std::size_t count) noexcept {
  const std::size_t most = std::min({count, max_descriptors(), std::size_t{INT_MAX}});
  const int any = most == 0 ? -1 : ::open("/", O_RDONLY | O_CLOEXEC);
  if (any < 0) return;
  const int last = fcntl(any, F_DUPFD_CLOEXEC, static_cast<int>(most - 1));
  if (last >= 0) ::close(last);
  ::close(any);
}

}  // namespace pappus::uv
