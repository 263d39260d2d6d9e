// A simulated gateway with PCP and NAT-PMP, which can lie, fall silent and restart. It has its own code for packets.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/task.hpp>
#include <pappus/io/datagram.hpp>
#include <pappus/sim/world.hpp>

namespace portmap_support {

using namespace pappus;
using byte_vector = std::vector<std::byte>;

inline std::uint64_t number(const byte_vector& bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i != size; ++i) value = value << 8 | std::to_integer<std::uint64_t>(bytes.at(at + i));
  return value;
}

inline void put(byte_vector& bytes, std::size_t at, std::size_t size, std::uint64_t value) {
  for (std::size_t i = size; i != 0; value >>= 8) bytes.at(at + --i) = static_cast<std::byte>(value & 0xff);
}

/// Maps ports on the machine that it is made on, as long as the machine's process lives.
class gateway {
public:
  struct mapping {
    std::uint16_t external_port = 0;
    byte_vector nonce;  // empty: by NAT-PMP
    io::time_point expires;
  };
  struct request {
    io::time_point at;
    io::endpoint from;
    byte_vector bytes;
  };
  using packets = std::vector<byte_vector>;

  explicit gateway(sim::machine& on, const ip_address& outside) : external(outside), on_(on) {
    auto opened = on.runtime().open_datagram_socket({on.address(), 5351}, std::nullopt);
    REQUIRE(opened);
    socket_ = std::move(*opened);
    on.spawn(serve(*this));
  }

  [[nodiscard]] io::endpoint where() const { return {on_.address(), 5351}; }

  /// Forgets all mappings and counts its seconds from 0.
  void restart() {
    mappings.clear();
    started_ = on_.in().now();
  }

  /// Requests of a protocol so far: 2 is PCP, 0 is NAT-PMP.
  [[nodiscard]] std::vector<io::time_point> times_of(int version) const {
    std::vector<io::time_point> times;
    for (const request& each : requests) {
      if (number(each.bytes, 0, 1) == static_cast<std::uint64_t>(version)) times.push_back(each.at);
    }
    return times;
  }

  // How it is, to be changed at any time.

  bool speaks_pcp = true;
  bool speaks_nat_pmp = true;
  bool silent = false;          // answers nothing
  bool silent_to_pcp = false;   // does not even say that it does not speak PCP
  std::uint8_t pcp_result = 0;  // of requests for mappings
  std::uint16_t nat_pmp_result = 0;
  std::uint32_t error_lifetime = 30;
  std::uint32_t max_lifetime = 3600;
  std::uint16_t external_port = 40000;  // of the next mapping
  ip_address external;
  std::function<packets(byte_vector)> alter;  // gives what is sent in place of an answer

  // What it has seen and done.

  std::map<std::uint64_t, mapping> mappings;  // by internal port
  std::vector<request> requests;
  std::size_t deletions = 0;

private:
  static task<void> serve(gateway& self) {
    std::array<std::byte, 2000> room{};
    for (;;) {
      const auto got = co_await self.socket_->receive(room);
      if (!got) break;
      self.requests.push_back({self.on_.in().now(), got->from, {got->bytes.begin(), got->bytes.end()}});
      if (!self.silent) self.answer(self.requests.back());
    }
    self.socket_.reset();
  }

  void answer(const request& asked) {
    byte_vector response;
    const std::uint64_t version = number(asked.bytes, 0, 1);
    if (version == 2 && speaks_pcp) response = pcp(asked.bytes);
    else if (version == 0 && speaks_nat_pmp) response = nat_pmp(asked.bytes);
    else if (version == 2 && speaks_nat_pmp) response = unsupported(asked.bytes);
    if (version == 2 && silent_to_pcp) return;
    if (response.empty()) return;
    const packets sent = alter ? alter(response) : packets{response};
    for (const byte_vector& each : sent) CHECK(socket_->send_to(each, asked.from));
  }

  [[nodiscard]] std::uint64_t epoch() const {
    return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(on_.in().now() - started_).count());
  }

  /// As a gateway with NAT-PMP alone answers a version that it does not know.
  [[nodiscard]] byte_vector unsupported(const byte_vector& asked) const {
    byte_vector response(8);
    put(response, 1, 1, 0x80 | number(asked, 1, 1));
    put(response, 2, 2, 1);
    put(response, 4, 4, epoch());
    return response;
  }

  [[nodiscard]] byte_vector pcp(const byte_vector& asked) {
    byte_vector response = asked;
    put(response, 1, 1, 0x80 | number(asked, 1, 1));
    put(response, 8, 4, epoch());
    for (std::size_t i = 12; i != 24; ++i) response[i] = std::byte{0};
    if (number(asked, 1, 1) == 0) return response;
    REQUIRE(asked.size() == 60);
    put(response, 3, 1, pcp_result);
    put(response, 4, 4, error_lifetime);
    if (pcp_result != 0) return response;
    const mapping made = keep({asked.begin() + 24, asked.begin() + 36}, number(asked, 40, 2), number(asked, 4, 4));
    put(response, 4, 4, std::min<std::uint64_t>(number(asked, 4, 4), max_lifetime));
    if (number(asked, 4, 4) == 0) return response;
    put(response, 42, 2, made.external_port);
    const auto bytes = external.bytes();
    for (std::size_t i = 0; i != bytes.size(); ++i) response[44 + i] = std::byte{bytes[i]};
    return response;
  }

  [[nodiscard]] byte_vector nat_pmp(const byte_vector& asked) {
    const bool is_map = number(asked, 1, 1) != 0;
    byte_vector response(is_map ? 16 : 12);
    put(response, 1, 1, 0x80 | number(asked, 1, 1));
    put(response, 2, 2, nat_pmp_result);
    put(response, 4, 4, epoch());
    if (nat_pmp_result != 0) return response;
    if (!is_map) {
      put(response, 8, 4, external.v4_value());
      return response;
    }
    const mapping made = keep({}, number(asked, 4, 2), number(asked, 8, 4));
    put(response, 8, 2, number(asked, 4, 2));
    put(response, 10, 2, made.external_port);
    put(response, 12, 4, std::min<std::uint64_t>(number(asked, 8, 4), max_lifetime));
    return response;
  }

  mapping keep(byte_vector nonce, std::uint64_t internal_port, std::uint64_t lifetime) {
    if (lifetime == 0) {
      deletions += mappings.erase(internal_port);
      return {};
    }
    const std::chrono::seconds granted{std::min<std::uint64_t>(lifetime, max_lifetime)};
    mapping& kept = mappings[internal_port];
    if (kept.external_port == 0) kept.external_port = external_port;
    kept.nonce = std::move(nonce);
    kept.expires = on_.in().now() + granted;
    return kept;
  }

  sim::machine& on_;
  io::datagram_socket_ptr socket_;
  io::time_point started_{};
};

}  // namespace portmap_support
