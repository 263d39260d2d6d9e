#include <algorithm>
#include <string>
#include <vector>

#include <pappus/coro/when_any.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/reachability/limits.hpp>
#include <pappus/peer/reachability/mapped_port.hpp>
#include <pappus/portmap/pcp.hpp>
#include <pappus/portmap/port_mapper.hpp>

namespace pappus::peer {

task<void> mapped_port::run(std::uint16_t port, io::duration withdraw_timeout) {
  note_mapping(std::nullopt);  // if an exception has ended the last run
  port_ = port;
  for (;;) {
    const std::optional<ip_address> found = default_gateway();
    if (found) {
      gateway_ = *found;
      auto mapping = map(withdraw_timeout);
      auto watching = watch();
      static_cast<void>(co_await when_any(std::move(mapping), std::move(watching)));
      note_mapping(std::nullopt);
    } else {
      note_absence();
    }
    const io::duration pause = found ? io::duration::zero() : limits::reachability_check_interval;
    const auto slept = co_await io::sleep_for(runtime_, pause);
    if (!slept) co_return;
  }
}

/// The first of the family that can be asked.
std::optional<ip_address> mapped_port::default_gateway() const {
  const std::vector<ip_address> all = runtime_.default_gateways();
  const auto fits = [this](const ip_address& each) {
    return each.is_v4() == (family_ == family::v4) && each.is_unicast();
  };
  const auto found = std::ranges::find_if(all, fits);
  return found == all.end() ? std::nullopt : std::optional{*found};
}

task<void> mapped_port::map(io::duration withdraw_timeout) {
  portmap::port_mapper_options options{{gateway_, portmap::pcp::server_port}, port_};
  options.withdraw_timeout = std::max(withdraw_timeout, io::duration{1});  // also without time for it a request is sent
  const portmap::port_mapper* asks = nullptr;
  portmap::port_mapper_handlers handlers;
  handlers.changed = [this, &asks](std::optional<io::endpoint> external) {
    note_mapping(external ? std::optional{port_mapping{*asks->protocol(), *external}} : std::nullopt);
  };
  handlers.failed = [this](std::error_code reason) { note_failure(reason); };
  portmap::port_mapper mapper{runtime_, options, std::move(handlers)};
  asks = &mapper;
  co_await mapper.run();
}

/// Completes when there is another gateway.
task<void> mapped_port::watch() {
  for (;;) {
    const auto slept = co_await io::sleep_for(runtime_, limits::reachability_check_interval);
    if (!slept || default_gateway() != gateway_) co_return;
  }
}

/// Gateways of IPv6 are rarely known, those of IPv4 nearly always.
void mapped_port::note_absence() noexcept {
  last_failure_.reset();
  if (std::exchange(is_absent_, true)) return;
  const bool is_v4 = family_ == family::v4;
  log_(is_v4 ? log_level::warning : log_level::debug, log_category::reachability, [this, is_v4] {
    const std::string of = is_v4 ? "IPv4" : "IPv6";
    return "port " + std::to_string(port_) + " is not mapped: no default gateway of " + of + " is known";
  });
}

void mapped_port::note_mapping(const std::optional<port_mapping>& now) noexcept {
  is_absent_ = false;
  last_failure_.reset();
  if (now == mapping_) return;
  mapping_ = now;
  if (now) ++mappings_;
  const bool is_behind_another = now && !now->external.address.is_routable();
  log_(is_behind_another ? log_level::warning : log_level::info, log_category::reachability, [&] {
    std::string text = "port " + std::to_string(port_) + " is ";
    if (!now) return text + "not mapped by " + to_string(gateway_) + " any more";
    text += "mapped by " + to_string(gateway_) + ", at " + to_string(now->external);
    if (is_behind_another) text += ", which is not on the Internet: there is another NAT";
    return text;
  });
  changed_();
}

void mapped_port::note_failure(std::error_code reason) noexcept {
  is_absent_ = false;
  ++failures_;
  const bool is_new = std::exchange(last_failure_, reason) != reason;
  log_(is_new ? log_level::warning : log_level::debug, log_category::reachability, [&] {
    return "port " + std::to_string(port_) + " is not mapped by " + to_string(gateway_) + ": " + reason.message();
  });
}

}  // namespace pappus::peer
