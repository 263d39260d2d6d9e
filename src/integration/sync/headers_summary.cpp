#include <pappus/integration/sync/headers_summary.hpp>

namespace pappus::integration {
namespace {

bool follows(const wire::header& next, const wire::header& before) noexcept {
  return next.prev_hash() == before.hash() && next.height() == before.height() + 1 &&
         next.total_difficulty() > before.total_difficulty();
}

}  // namespace

headers_summary summarize(std::span<const wire::header> headers) noexcept {
  headers_summary found;
  found.count = headers.size();
  if (headers.empty()) return found;
  for (std::size_t i = 1; i != headers.size(); ++i) found.consecutive &= follows(headers[i], headers[i - 1]);
  found.before_first = headers.front().prev_hash();
  found.last = headers.back().hash();
  found.tip = {headers.back().total_difficulty(), headers.back().height()};
  return found;
}

}  // namespace pappus::integration
