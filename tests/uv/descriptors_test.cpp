// The table of descriptors of the process.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include <pappus/uv/loop.hpp>

namespace descriptors_test {

using namespace pappus;

#ifdef __linux__  // which says how large the table is

namespace {

std::size_t table_size() {
  std::ifstream status{"/proc/self/status"};
  for (std::string name; status >> name;) {
    std::size_t size = 0;
    if (name == "FDSize:" && status >> size) return size;
  }
  return 0;
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  return std::distance(begin(all), end(all));
}

}  // namespace

TEST_CASE("the table has room for the descriptors that were reserved, and none of them is open") {
  uv::loop loop;
  io::runtime& runtime = loop;
  const std::size_t wanted = std::min<std::size_t>(runtime.descriptor_limit(), 3000);
  const std::ptrdiff_t before = open_descriptors();
  runtime.reserve_descriptors(0);
  runtime.reserve_descriptors(wanted);
  CHECK(table_size() >= wanted);
  CHECK(open_descriptors() == before);
}

#endif

}  // namespace descriptors_test
