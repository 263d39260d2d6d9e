// Prints the name, type and help text of every metric, for docs/reference/metrics.md.
#include <cstdio>

#include <pappus/integration/metrics/exposition.hpp>
#include <pappus/metrics.hpp>

int main() { std::fputs(pappus::integration::to_prometheus(pappus::metrics_of({})).c_str(), stdout); }
