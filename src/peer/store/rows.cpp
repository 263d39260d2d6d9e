#include "rows.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include <pappus/wire/endian.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/protocol_version.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::peer::rows {
namespace {

std::int64_t to_column(io::wall_time when) noexcept { return when.time_since_epoch().count(); }
io::wall_time to_time(const SQLite::Column& column) noexcept {
  return io::wall_time{io::wall_time::duration{column.getInt64()}};
}

/// A number in [0, most]; throws otherwise.
template <class Number>
Number to_number(const SQLite::Column& column, std::int64_t max) {
  const std::int64_t number = column.getInt64();
  if (number < 0 || number > max) throw SQLite::Exception("a number out of its range in the store");
  return static_cast<Number>(number);
}

std::int64_t digest_of(wire::writer out) {
  const wire::hash hashed = wire::blake2b(std::move(out).finish().value());
  return static_cast<std::int64_t>(wire::load_big_endian<std::uint64_t>(hashed.raw.data()));
}

/// Without rounds it is what a version that did not count them has written.
std::int64_t digest(const stem_transaction& row) {
  wire::writer out{wire::latest_version};
  out.fixed(row.kernel);
  out.u32(row.version.number);
  out.raw(row.body);
  out.i64(to_column(row.deadline));
  if (row.rounds != 0) out.u32(row.rounds);
  return digest_of(std::move(out));
}

wire::bytes_view bytes_of(const SQLite::Column& column) {
  const auto* const begin = static_cast<const std::byte*>(column.getBlob());
  return {begin, static_cast<std::size_t>(column.getBytes())};
}

}  // namespace

int bind(SQLite::Statement& statement, int from, const wire::peer_address& address) {
  wire::writer out{wire::latest_version, address.size()};
  address.write(out);
  const wire::bytes written = std::move(out).finish().value();
  statement.bind(from, written.data(), static_cast<int>(written.size()));
  return from + 1;
}

int bind(SQLite::Statement& statement, int from, const address_info& info) {
  from = bind(statement, from, info.address);
  from = bind(statement, from, info.source);
  statement.bind(from++, static_cast<int>(info.state()));
  statement.bind(from++, info.capabilities.bits());
  statement.bind(from++, info.user_agent);
  statement.bind(from++, to_column(info.last_seen));
  statement.bind(from++, to_column(info.last_try));
  statement.bind(from++, to_column(info.last_success));
  statement.bind(from++, info.attempts);
  statement.bind(from++, info.failures);
  statement.bind(from++, info.tried ? 1 : 0);
  statement.bind(from++, static_cast<int>(info.bucket));
  return from;
}

int bind(SQLite::Statement& statement, int from, const named_host& row) {
  from = bind(statement, from, row.address);
  statement.bind(from, row.name);
  return from + 1;
}

int bind(SQLite::Statement& statement, int from, const io::endpoint_range& range) {
  statement.bind(from, to_string(range));
  return from + 1;
}

int bind(SQLite::Statement& statement, int from, const ban& row) {
  from = bind(statement, from, row.range);
  statement.bind(from++, static_cast<int>(row.reason));
  statement.bind(from++, static_cast<int>(row.author));
  statement.bind(from++, to_column(row.since));
  statement.bind(from++, to_column(row.until));
  statement.bind(from++, digest(row));
  return from;
}

wire::peer_address read_address(const SQLite::Column& column) {
  wire::reader in{bytes_of(column), {}};
  const auto address = wire::peer_address::read(in, "address");
  in.expect_end();
  if (!in.ok()) throw SQLite::Exception("no address where one should be in the store");
  return address;
}

address_info read_known_address(SQLite::Statement& row) {
  constexpr std::int64_t u32 = 0xffffffff;
  address_info info;
  info.address = read_address(row.getColumn(0));
  info.source = read_address(row.getColumn(1));
  info.capabilities = wire::capabilities::from_bits(to_number<std::uint32_t>(row.getColumn(2), u32));
  info.user_agent = row.getColumn(3).getString();
  info.last_seen = to_time(row.getColumn(4));
  info.last_try = to_time(row.getColumn(5));
  info.last_success = to_time(row.getColumn(6));
  info.attempts = to_number<std::uint32_t>(row.getColumn(7), u32);
  info.failures = to_number<std::uint32_t>(row.getColumn(8), u32);
  info.tried = row.getColumn(9).getInt() != 0;
  return info;
}

named_host read_host(SQLite::Statement& row) { return {read_address(row.getColumn(0)), row.getColumn(1).getString()}; }

ban read_ban(SQLite::Statement& row) {
  ban read;
  const auto range = io::endpoint_range::parse(row.getColumn(0).getString());
  if (!range) throw SQLite::Exception("no range where one should be in the store");
  read.range = *range;
  read.reason =
      to_number<wire::reason_for_ban>(row.getColumn(1), static_cast<int>(wire::reason_for_ban::bad_handshake));
  read.author = to_number<ban_author>(row.getColumn(2), static_cast<int>(ban_author::node));
  read.since = to_time(row.getColumn(3));
  read.until = to_time(row.getColumn(4));
  if (row.getColumn(5).getInt64() != digest(read)) throw SQLite::Exception("a ban in the store is not as written");
  return read;
}

int bind(SQLite::Statement& statement, int from, const wire::hash& kernel) {
  statement.bind(from, kernel.raw.data(), static_cast<int>(kernel.raw.size()));
  return from + 1;
}

int bind(SQLite::Statement& statement, int from, const stem_transaction& row) {
  from = bind(statement, from, row.kernel);
  statement.bind(from++, row.version.number);
  statement.bind(from++, row.body.data(), static_cast<int>(row.body.size()));
  statement.bind(from++, to_column(row.deadline));
  statement.bind(from++, digest(row));
  statement.bind(from++, row.rounds);
  return from;
}

stem_transaction read_stem(SQLite::Statement& row) {
  stem_transaction read;
  const wire::bytes_view kernel = bytes_of(row.getColumn(0));
  if (kernel.size() != read.kernel.raw.size()) throw SQLite::Exception("no hash where one should be in the store");
  std::ranges::copy(kernel, read.kernel.raw.begin());
  read.version.number = to_number<std::uint32_t>(row.getColumn(1), 0xffffffff);
  const wire::bytes_view body = bytes_of(row.getColumn(2));
  read.body.assign(body.begin(), body.end());
  read.deadline = to_time(row.getColumn(3));
  read.rounds = to_number<std::uint32_t>(row.getColumn(5), 0xffffffff);
  if (row.getColumn(4).getInt64() != digest(read)) throw SQLite::Exception("a transaction is not as written");
  return read;
}

std::array<std::byte, 16> seal(io::wall_time when) {
  wire::writer out{wire::latest_version};
  out.i64(to_column(when));
  const auto time = wire::to_big_endian(static_cast<std::uint64_t>(to_column(when)));
  const auto digest = wire::to_big_endian(static_cast<std::uint64_t>(digest_of(std::move(out))));
  std::array<std::byte, 16> value{};
  std::ranges::copy(time, value.begin());
  std::ranges::copy(digest, value.begin() + 8);
  return value;
}

std::optional<io::wall_time> unseal(const std::array<std::byte, 16>& value) {
  const auto time = static_cast<std::int64_t>(wire::load_big_endian<std::uint64_t>(value.data()));
  const io::wall_time when{io::wall_time::duration{time}};
  return seal(when) == value ? std::optional{when} : std::nullopt;
}

std::int64_t digest(const ban& row) {
  wire::writer out{wire::latest_version};
  const ip_address& network = row.range.network;
  const auto bytes = network.bytes();
  if (network.is_v4()) out.u32(network.v4_value());
  else out.raw(std::as_bytes(std::span{bytes}));
  out.u8(row.range.prefix_length);
  out.u16(row.range.port.value_or(0));
  out.i32(static_cast<std::int32_t>(row.reason));
  out.u8(static_cast<std::uint8_t>(row.author));
  out.i64(to_column(row.since));
  out.i64(to_column(row.until));
  return digest_of(std::move(out));
}

}  // namespace pappus::peer::rows
