// Conversion between values of the peer level and rows of the store's tables.
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

/// Binds a value to the parameters from index `from` on; returns the index after the last one.
int bind(SQLite::Statement& statement, int from, const wire::peer_address& address);
int bind(SQLite::Statement& statement, int from, const address_info& info);
int bind(SQLite::Statement& statement, int from, const named_host& row);
int bind(SQLite::Statement& statement, int from, const io::endpoint_range& range);
int bind(SQLite::Statement& statement, int from, const ban& row);
int bind(SQLite::Statement& statement, int from, const wire::hash& kernel);
int bind(SQLite::Statement& statement, int from, const stem_transaction& row);

/// Each throws SQLite::Exception if the columns do not contain such a value, or if a ban or transaction differs from
/// its digest.
[[nodiscard]] wire::peer_address read_address(const SQLite::Column& column);
[[nodiscard]] address_info read_known_address(SQLite::Statement& row);
[[nodiscard]] named_host read_host(SQLite::Statement& row);
[[nodiscard]] ban read_ban(SQLite::Statement& row);
[[nodiscard]] stem_transaction read_stem(SQLite::Statement& row);

/// A time with its digest, as the value of a setting. `unseal` returns nothing if the digest differs.
[[nodiscard]] std::array<std::byte, 16> seal(io::wall_time when);
[[nodiscard]] std::optional<io::wall_time> unseal(const std::array<std::byte, 16>& value);

/// Digest of a ban. The store keeps the sum of all of them, which reveals a missing ban.
[[nodiscard]] std::int64_t digest(const ban& row);

}  // namespace pappus::peer::rows
