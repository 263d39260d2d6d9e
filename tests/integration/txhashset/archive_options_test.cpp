// Defaults of the archives that are served.
#include <chrono>

#include <doctest/doctest.h>

#include <pappus/integration/txhashset/service.hpp>

namespace archive_options_test {

using namespace pappus;
using namespace std::chrono_literals;

TEST_CASE("an archive is served as long as peers request that of the same block: for 720 blocks, one a minute") {
  CHECK(integration::archive_options{}.max_age == 720 * 1min);
}

}  // namespace archive_options_test
