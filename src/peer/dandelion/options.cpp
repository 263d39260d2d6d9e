#include <stdexcept>
#include <string>

#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/options.hpp>

namespace pappus::peer {
namespace {

void require(bool met, const char* what) {
  if (!met) throw std::invalid_argument{std::string{"dandelion_options: "} + what};
}

bool is_time(io::duration given) noexcept {
  return given >= io::duration::zero() && given <= limits::max_option_duration;
}

}  // namespace

void dandelion_options::check() const {
  require(is_time(epoch) && epoch > io::duration::zero(), "an epoch takes some time, and ends");
  require(is_time(epoch_jitter), "the jitter of an epoch is no time");
  require(stem_probability >= 0 && stem_probability <= 1, "the stem probability is not from 0 to 1");
  require(is_time(aggregation), "the time to be held is no time");
  require(is_time(embargo.floor) && is_time(embargo.mean), "an embargo has no end");
  require(is_time(diffusion_outbound) && is_time(diffusion_inbound), "a time of diffusion is no time");
}

}  // namespace pappus::peer
