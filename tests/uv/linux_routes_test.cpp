// Linux's tables of routes are read for the gateways of default routes, and bad lines are skipped.
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/uv/linux_routes.hpp>
#include <pappus/uv/loop.hpp>

namespace uv_linux_routes_test {

using namespace pappus;

std::vector<ip_address> addresses(const std::vector<const char*>& texts) {
  std::vector<ip_address> parsed;
  for (const char* const each : texts) parsed.push_back(ip_address::parse(each).value());
  return parsed;
}

/// An address as /proc/net/route has it on this machine.
std::string as_printed(const char* address) {
  const std::uint32_t value = ip_address::parse(address).value().v4_value();
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08X", static_cast<unsigned>(htonl(value)));
  return digits.data();
}

std::string line_v4(const char* destination, const char* gateway, const char* flags, const char* metric,
                    const char* mask) {
  return "eth0\t" + as_printed(destination) + '\t' + as_printed(gateway) + '\t' + flags + "\t0\t0\t" + metric + '\t' +
         as_printed(mask) + "\t0\t0\t0                \n";
}

TEST_CASE("the gateways of IPv4's default routes are found, by metric") {
  const std::string table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT   \n" +
                            line_v4("0.0.0.0", "192.168.1.1", "0003", "600", "0.0.0.0") +
                            line_v4("0.0.0.0", "10.0.0.1", "0003", "100", "0.0.0.0") +
                            line_v4("10.1.0.0", "10.0.0.7", "0003", "0", "255.255.0.0") +  // not of all addresses
                            line_v4("0.0.0.0", "10.0.0.8", "0003", "0", "128.0.0.0") +     // of half of them
                            line_v4("0.0.0.0", "10.0.0.9", "0002", "0", "0.0.0.0") +       // down
                            line_v4("192.168.1.0", "0.0.0.0", "0001", "0", "255.255.255.0") +
                            line_v4("0.0.0.0", "0.0.0.0", "0001", "0", "0.0.0.0");  // without a gateway
  CHECK(uv::default_gateways_v4(table) == addresses({"10.0.0.1", "192.168.1.1"}));
}

TEST_CASE("the gateways of IPv6's default routes are found, without link-local ones") {
  const std::string zeros(32, '0');
  const auto line = [&](const std::string& gateway, const char* metric, const char* flags, const char* prefix) {
    return zeros + ' ' + prefix + ' ' + zeros + " 00 " + gateway + ' ' + metric + " 00000003 00000000 " + flags +
           "     eth0\n";
  };
  const std::string table = line("fe800000000000000000000000000001", "00000001", "00000003", "00") +
                            line("fd000000000000000000000000000001", "00000400", "00450003", "00") +
                            line("20010db8000000000000000000000001", "00000100", "00000003", "00") +
                            line("20010db8000000000000000000000002", "00000001", "00000003", "08") +
                            line("20010db8000000000000000000000003", "00000001", "00000001", "00") +
                            line(zeros, "ffffffff", "00200200", "00");
  CHECK(uv::default_gateways_v6(table) == addresses({"2001:db8::1", "fd00::1"}));
}

TEST_CASE("lines of another form are skipped") {
  const std::string good = line_v4("0.0.0.0", "10.0.0.1", "0003", "0", "0.0.0.0");
  for (const std::string& bad :
       {std::string{}, std::string{"\n\n"}, std::string{"eth0\n"}, good.substr(0, 20) + '\n',
        std::string(1000, ' ') + '\n', "x" + std::string(100, '\t') + '\n', std::string{"eth0 0 1 3 0 0 0 0\n"},
        std::string{"e 00000000 zz000001 0003 0 0 0 00000000\n"}}) {
    CHECK(uv::default_gateways_v4(bad + good) == addresses({"10.0.0.1"}));
    CHECK(uv::default_gateways_v4(good + bad).size() == 1);
    CHECK(uv::default_gateways_v6(bad).empty());
  }
  CHECK(uv::default_gateways_v4(good.substr(0, good.size() - 1)).size() == 1);
}

TEST_CASE("the gateways of this host are addresses of machines") {
  uv::loop loop;
  for (const ip_address& each : loop.runtime().default_gateways()) CHECK(each.is_unicast());
}

}  // namespace uv_linux_routes_test
