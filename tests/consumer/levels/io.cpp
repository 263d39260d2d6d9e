// Endpoints and a token bucket, without a runtime.
#include <chrono>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/token_bucket.hpp>

int main() {
  const auto range = pappus::io::endpoint_range::parse("10.0.0.0/8");
  const auto inside = pappus::io::endpoint::parse("10.1.2.3:80");
  pappus::io::token_bucket tokens{1, 1, pappus::io::time_point{}};
  const bool first = tokens.try_consume(pappus::io::time_point{});
  const bool second = tokens.try_consume(pappus::io::time_point{});
  return range && inside && range->contains(*inside) && first && !second ? 0 : 1;
}
