// The command line.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/result.hpp>

#include "../support/run_main.hpp"
#include "plan.hpp"

namespace chaos {

struct options {
  run_size size;
  std::uint64_t first = 1;  // seeds, both included
  std::uint64_t last = 100;
  std::size_t jobs = 1;
  std::chrono::seconds patience{600};
  std::string plan_file;  // run this one instead of seeds
  bool shrinks = false;
  bool prints_plan = false;  // and runs nothing
  bool lists_kinds = false;  // and runs nothing
};

[[nodiscard]] pappus::result<options, examples::early_exit> read_options(int argc, const char* const* argv);

}  // namespace chaos
