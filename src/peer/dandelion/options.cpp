#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/options.hpp>

#include "../../check_setting.hpp"

namespace pappus::peer {
namespace {

void check_time(io::duration given, const std::string& name) {
  check_setting(given >= io::duration::zero(), name, "must not be negative");
  check_setting(given <= limits::max_option_duration, name, "must be at most a year");
}

}  // namespace

void dandelion_options::check(const std::string& name) const {
  check_time(epoch, name + ".epoch");
  check_setting(epoch > io::duration::zero(), name + ".epoch", "must be positive");
  check_time(epoch_jitter, name + ".epoch_jitter");
  check_setting(stem_probability >= 0 && stem_probability <= 1, name + ".stem_probability", "must be from 0 to 1");
  check_time(aggregation, name + ".aggregation");
  check_time(embargo.floor, name + ".embargo.floor");
  check_time(embargo.mean, name + ".embargo.mean");
  check_time(diffusion_outbound, name + ".diffusion_outbound");
  check_time(diffusion_inbound, name + ".diffusion_inbound");
}

}  // namespace pappus::peer
