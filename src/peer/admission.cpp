#include <string>

#include <pappus/peer/admission.hpp>

namespace pappus::peer {
namespace {

constexpr auto any = [](const auto&) { return true; };

std::optional<ending> because_of(const ban* found) {
  if (found == nullptr) return std::nullopt;
  return ending{end_cause::banned, std::string{wire::to_string(found->cause)}};
}

}  // namespace

admission::admission(const bans& banned, const admission_lists& lists) : bans_(banned) {
  for (const io::endpoint_range& each : lists.deny) denied_.set(each, {});
  for (const io::endpoint_range& each : lists.allow) {
    allowed_.set(each, {});
    allowed_somewhere_.set(io::endpoint_range{each.first, each.bits}, {});
  }
}

std::optional<ending> admission::objection(io::ipv4_address address, io::wall_time now) const {
  if (denied_.find(address, any) != nullptr) return ending{end_cause::denied, {}};
  const bool allowed = allowed_.size() == 0 || allowed_somewhere_.find(address, any) != nullptr;
  if (!allowed) return ending{end_cause::denied, "not on the list of those allowed"};
  return because_of(bans_.find(address, now));
}

std::optional<ending> admission::objection(io::endpoint where, io::wall_time now) const {
  if (denied_.find(where, any) != nullptr) return ending{end_cause::denied, {}};
  const bool allowed = allowed_.size() == 0 || allowed_.find(where, any) != nullptr;
  if (!allowed) return ending{end_cause::denied, "not on the list of those allowed"};
  return because_of(bans_.find(where, now));
}

}  // namespace pappus::peer
