// Values of the peer level as rows of the store's tables, and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <SQLiteCpp/SQLiteCpp.h>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/store/address_info.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/peer/store/records.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer::rows {

/// Binds to the parameters from number `from` on; gives the number behind the last.
int bind(SQLite::Statement& to, int from, const wire::peer_address& address);
int bind(SQLite::Statement& to, int from, const address_info& info);
int bind(SQLite::Statement& to, int from, const io::endpoint_range& range);
int bind(SQLite::Statement& to, int from, const ban& row);
int bind(SQLite::Statement& to, int from, const wire::hash& kernel);
int bind(SQLite::Statement& to, int from, const stored_stem& row);

/// Each throws SQLite::Exception if the columns hold anything else, or, of a ban or a transaction, not what was
/// written.
[[nodiscard]] wire::peer_address read_address(const SQLite::Column& column);
[[nodiscard]] address_info read_known_address(SQLite::Statement& row);
[[nodiscard]] ban read_ban(SQLite::Statement& row);
[[nodiscard]] stored_stem read_stem(SQLite::Statement& row);

/// A time as the value of a setting. Empty if what is read is not as written.
[[nodiscard]] std::array<std::byte, 16> seal(io::wall_time when);
[[nodiscard]] std::optional<io::wall_time> unseal(const std::array<std::byte, 16>& value);

/// What a ban adds to the sum of all: so a ban that is gone is missed.
[[nodiscard]] std::int64_t digest(const ban& row);

}  // namespace pappus::peer::rows
