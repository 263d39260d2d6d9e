// Made-up content for tests of the store.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include <pappus/peer/address.hpp>
#include <pappus/peer/store/sqlite_store.hpp>

namespace samples {

using namespace pappus;

inline constexpr io::wall_time noon{std::chrono::seconds{1'600'000'000}};

inline peer::keyed_hash::key key(std::uint8_t number) {
  peer::keyed_hash::key made{};
  made[0] = std::byte{number};
  return made;
}

inline wire::peer_address address(std::uint32_t number) {
  return peer::to_wire(
      {pappus::ip_address::v4(0x10000000 + number * 65'537), static_cast<std::uint16_t>(3414 + number % 7)});
}

inline peer::address_info known(std::uint32_t number) {
  peer::address_info made;
  made.address = address(number);
  made.source = address(number / 3);
  made.capabilities = wire::capabilities::from_bits(number % 128);
  made.user_agent = "MW/Test " + std::to_string(number);
  made.last_seen = noon + std::chrono::minutes{number};
  made.last_try = noon + std::chrono::seconds{number};
  made.last_success = number % 2 == 0 ? noon : io::wall_time{};
  made.attempts = number % 5;
  made.failures = number % 3;
  made.tried = number % 4 == 0;
  return made;
}

/// A host by its name, at an address that stands for it.
inline peer::named_host onion(std::uint8_t number) {
  return {peer::to_wire({pappus::ip_address::named({number, 1, 2, 3, 4, 5, 6, 7, 8, 9}), 3414}),
          std::string(56, static_cast<char>('a' + number % 26)) + ".onion"};
}

inline peer::ban against(std::uint32_t number) {
  peer::ban made;
  made.range = io::endpoint_range{pappus::ip_address::v4(0x20000000 + (number << 8)),
                                  static_cast<std::uint8_t>(24 + number % 9)};
  if (number % 2 == 1) made.range.port = 1;
  made.reason = static_cast<wire::reason_for_ban>(number % 8);
  made.author = number % 2 == 0 ? peer::ban_author::node : peer::ban_author::operator_of_node;
  made.since = noon;
  made.until = noon + std::chrono::hours{number + 1};
  return made;
}

inline peer::stem_transaction stem(std::uint32_t number) {
  peer::stem_transaction made;
  made.kernel.raw.fill(std::byte{static_cast<std::uint8_t>(number)});
  made.version.number = number % 2 == 0 ? 1000 : 2;
  made.body.assign(100 + 1000 * static_cast<std::size_t>(number), std::byte{static_cast<std::uint8_t>(number)});
  made.deadline = noon + std::chrono::minutes{number};
  made.rounds = number % 3;
  return made;
}

/// A batch of `count` addresses, as many bans, two hosts, and two transactions.
inline peer::store_batch some_of_each(std::uint32_t count) {
  peer::store_batch batch;
  for (std::uint32_t i = 0; i < count; ++i) {
    batch.addresses.push_back(known(i));
    batch.banned.push_back(against(i));
  }
  batch.hosts = {onion(1), onion(2)};
  batch.anchors.emplace({address(1), address(2)});
  batch.stems = {stem(1), stem(2)};
  return batch;
}

}  // namespace samples
