// What a host has accepted, and is not to be told again.
#pragma once

#include <map>

#include <pappus/integration/filter/limits.hpp>
#include <pappus/io/time.hpp>

namespace chaos {

namespace io = pappus::io;

/// Items of one type, by `Id`. The node knows each for as long as its filter promises.
template <class Id>
class accepted_items {
public:
  void insert(const Id& item, io::time_point now) { accepted_at_.insert_or_assign(item, now); }

  [[nodiscard]] bool is_known(const Id& item, io::time_point now) const {
    const auto found = accepted_at_.find(item);
    return found != accepted_at_.end() && now - found->second < pappus::integration::limits::application_filter_window;
  }

private:
  std::map<Id, io::time_point> accepted_at_;
};

}  // namespace chaos
