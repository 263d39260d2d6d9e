#include <algorithm>
#include <iterator>

#include <pappus/peer/session/custom_message_limits.hpp>

namespace pappus::peer {

bool custom_message_limits::try_consume(const custom_message& type, io::time_point now) {
  std::erase_if(buckets_, [&](const bucket& each) { return each.code == type.code && each.limit != type.limit; });
  auto found = std::ranges::find(buckets_, type.code, &bucket::code);
  if (found == buckets_.end()) {
    buckets_.push_back({type.code, type.limit, {type.limit.per_second, type.limit.burst, now}});
    found = std::prev(buckets_.end());
  }
  return found->tokens.try_consume(now);
}

}  // namespace pappus::peer
