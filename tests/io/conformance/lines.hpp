// Conformance: reading up to a delimiter.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/io/buffered_reader.hpp>
#include <pappus/io/timeout.hpp>

#include "support.hpp"

namespace conformance {

/// Writes the pieces one by one, each in a packet of its own, and closes.
inline task<void> write_pieces(io::runtime& on, io::stream& to, std::vector<std::string_view> pieces) {
  for (const std::string_view piece : pieces) {
    const auto written = co_await to.write_all(piece);
    CHECK(written);
    const auto slept = co_await io::sleep_for(on, 5ms);
    CHECK(slept);
  }
  to.close();
}

/// The lines of at most `max_length` bytes up to the first failure, joined by "|", and then the failure's message.
inline task<std::string> joined_lines(io::stream& from, std::size_t max_length) {
  io::buffered_reader lines{from};
  std::string joined;
  for (;;) {
    const auto line = co_await lines.read_line(max_length);
    if (!line) {
      const auto again = co_await lines.read_line(max_length);  // a failure consumes nothing
      CHECK(error_of(again) == line.error());
      co_return joined + line.error().message();
    }
    joined.append(*line).append("|");
  }
}

inline task<std::string> lines_of(backend& on, std::vector<std::string_view> pieces, std::size_t max_length) {
  auto [client, server] = co_await connect(on);
  auto both =
      co_await when_all(write_pieces(on.client(), *client, std::move(pieces)), joined_lines(*server, max_length));
  co_return std::get<1>(std::move(both));
}

/// Not a braced list in an awaiting expression, which g++ 12 compiles wrongly.
template <class... Pieces>
std::vector<std::string_view> pieces(const Pieces&... each) {
  std::vector<std::string_view> all;
  (all.emplace_back(each), ...);
  return all;
}

inline std::vector<std::string_view> single_bytes(std::string_view whole) {
  std::vector<std::string_view> all;
  for (std::size_t i = 0; i != whole.size(); ++i) all.push_back(whole.substr(i, 1));
  return all;
}

}  // namespace conformance

using namespace conformance;

TEST_CASE("lines, and errors in them, are the same however the bytes are cut") {
  run([](backend& on) -> task<void> {
    const std::string end = end_of_stream().message();
    const std::string truncated = make_error_code(errc::truncated).message();
    const std::string too_long = make_error_code(errc::too_long).message();
    struct expectation {
      std::string_view sent;
      std::string received;
    };
    std::vector<expectation> all;
    all.push_back({"", end});
    all.push_back({"one\n\nfour\r\n1\r2\n\r\n", "one||four|1\r2||" + end});
    all.push_back({"12345\n1234\r\n", "12345|1234|" + end});
    all.push_back({"1\n123456\n2\n", "1|" + too_long});
    all.push_back({"1\n12345\r\n2\n", "1|" + too_long});
    all.push_back({"1\n123456", "1|" + too_long});
    all.push_back({"1\n12345", "1|" + truncated});
    all.push_back({"1\n\r", "1|" + truncated});
    for (const expectation& each : all) {
      CAPTURE(each.sent);
      const std::string whole = co_await lines_of(on, pieces(each.sent), 5);
      CHECK(whole == each.received);
      const std::string bytewise = co_await lines_of(on, single_bytes(each.sent), 5);
      CHECK(bytewise == each.received);
    }
  });
}

TEST_CASE("a delimiter of several bytes is found across pieces, and the body behind it can be read") {
  run([](backend& on) -> task<void> {
    for (const auto& sent :
         {pieces("GET /\r\n\r\nbody, next\r\n\r\n"), pieces("GET", " /\r", "\n\r", "\nbo", "dy, ne", "xt\r\n\r", "\n"),
          single_bytes("GET /\r\n\r\nbody, next\r\n\r\n")}) {
      auto [client, server] = co_await connect(on);
      auto read = [](io::stream& from) -> task<void> {
        io::buffered_reader reader{from};
        auto part = co_await reader.read_until("\r\n\r\n", 5);
        REQUIRE(part);
        CHECK(*part == "GET /");
        std::array<std::byte, 6> body{};
        const auto got = co_await reader.read_exact(body);
        CHECK(got);
        CHECK(string_of(body) == "body, ");
        part = co_await reader.read_until("\r\n\r\n", 3);
        CHECK(error_of(part) == make_error_code(errc::too_long));
        part = co_await reader.read_until("\r\n\r\n", SIZE_MAX);
        REQUIRE(part);
        CHECK(*part == "next");
        CHECK(reader.buffered().empty());
        part = co_await reader.read_until("\r\n\r\n", 5);
        CHECK(error_of(part) == end_of_stream());
      };
      co_await when_all(write_pieces(on.client(), *client, sent), read(*server));
    }
  });
}

TEST_CASE("the beginning of a message that is too long can be read, and the rest skipped in bounded memory") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    auto write = [](io::stream& to) -> task<void> {
      const std::string lengthy(1'000'000, 'x');
      const auto written = co_await to.write_all("too ", lengthy, "\r\nnext\r\nrest");
      CHECK(written);
      to.close();
    };
    auto read = [](io::stream& from) -> task<void> {
      io::buffered_reader reader{from};
      auto line = co_await reader.read_until("\r\n", 100);
      CHECK(error_of(line) == make_error_code(errc::too_long));
      CHECK(reader.buffered().starts_with("too xxx"));
      CHECK(reader.buffered().size() <= 100 + 2 + 65536);
      const auto skipped = co_await reader.discard_until("\r\n");
      CHECK(skipped);
      line = co_await reader.read_until("\r\n", 100);
      REQUIRE(line);
      CHECK(*line == "next");
      line = co_await reader.read_until("\r\n", 100);
      CHECK(error_of(line) == make_error_code(errc::truncated));
      CHECK(reader.buffered() == "rest");
      reader.consume(2);
      CHECK(reader.buffered() == "st");
      reader.consume(3);
      CHECK(reader.buffered().empty());
      const auto ended = co_await reader.discard_until("\r\n");
      CHECK(error_of(ended) == end_of_stream());
    };
    co_await when_all(write(*client), read(*server));
  });
}

TEST_CASE("a read of a line that was stopped can be repeated, and loses no byte") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    io::buffered_reader lines{*server};
    std::array<std::byte, 10> body{};
    auto written = co_await client->write_all("first ha");
    CHECK(written);
    auto line = co_await io::with_timeout(on.server(), 30ms, lines.read_line(100));
    CHECK(error_of(line) == make_error_code(errc::timed_out));
    CHECK(lines.buffered() == "first ha");
    const auto exactly = co_await io::with_timeout(on.server(), 30ms, lines.read_exact(body));
    CHECK(error_of(exactly) == make_error_code(errc::timed_out));
    written = co_await client->write_all("lf, second half\n");
    CHECK(written);
    line = co_await io::with_timeout(on.server(), 1h, lines.read_line(100));
    REQUIRE(line);
    CHECK(*line == "first half, second half");
  });
}

TEST_CASE("long lines and many lines are read whole") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    auto write = [](io::stream& to) -> task<void> {
      for (std::size_t i = 0; i != 300; ++i) {
        const std::string line(i * i, static_cast<char>('a' + i % 26));
        const auto written = co_await to.write_all(line, "\n");
        CHECK(written);
      }
      to.close();
    };
    auto read = [](io::stream& from) -> task<std::size_t> {
      io::buffered_reader lines{from};
      std::size_t right = 0;
      for (std::size_t i = 0;; ++i) {
        const auto line = co_await lines.read_line(300 * 300);
        if (!line) co_return right;
        if (*line == std::string(i * i, static_cast<char>('a' + i % 26))) ++right;
      }
    };
    auto both = co_await when_all(write(*client), read(*server));
    CHECK(std::get<1>(both) == 300);
  });
}
