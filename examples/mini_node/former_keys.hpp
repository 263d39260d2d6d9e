// Keys that records had before version 0.2, written beside their own for one release.
#pragma once

#include <initializer_list>

#include "records.hpp"

namespace mini_node {

struct renamed_key {
  const char* key;
  const char* former;
};

/// The record with the value of each renamed key under its former key as well. Each key must be there.
[[nodiscard]] record with_former_keys(record of, std::initializer_list<renamed_key> renamed);

}  // namespace mini_node
