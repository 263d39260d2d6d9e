#include <cstdio>
#include <exception>

#include <pappus/misuse.hpp>

namespace pappus {

void misuse(const char* what) noexcept {
  std::fprintf(stderr, "pappus: %s\n", what);
  std::terminate();
}

}  // namespace pappus
