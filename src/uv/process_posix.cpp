#include <csignal>
#include <cstdint>

#include <sys/resource.h>

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

}  // namespace pappus::uv
