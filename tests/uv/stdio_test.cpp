#include <array>
#include <cstdio>
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>

#include <pappus/coro/scope.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/stdio.hpp>

namespace stdio_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

struct descriptor {
  explicit descriptor(int opened) : number(opened) { REQUIRE(number >= 0); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { ::close(number); }
  int number;
};

task<std::string> read_to_end(io::stream* from, std::error_code* ended) {
  std::string text;
  std::array<std::byte, 7> piece{};
  for (;;) {
    const auto count = co_await from->read_some(piece);
    if (!count) {
      *ended = count.error();
      co_return text;
    }
    text.append(reinterpret_cast<const char*>(piece.data()), *count);
  }
}

task<bool> write_text(io::stream* to, std::string text) {
  const auto written = co_await to->write_all(text);
  co_return written.has_value();
}

}  // namespace

TEST_CASE("a file is written and read like any stream") {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  uv::loop loop;
  std::error_code ended;
  {
    auto out = uv::open_descriptor(loop, fileno(file));
    REQUIRE(out);
    CHECK(loop.run(write_text(out->get(), "a line of thirty characters...")));
  }
  std::rewind(file);
  {
    auto in = uv::open_descriptor(loop, fileno(file));
    REQUIRE(in);
    CHECK(loop.run(read_to_end(in->get(), &ended)) == "a line of thirty characters...");
    CHECK(ended == make_error_code(errc::end_of_stream));
  }
  std::fclose(file);
}

TEST_CASE("the null device takes everything and gives nothing") {
  const descriptor null{::open("/dev/null", O_RDWR)};
  uv::loop loop;
  auto device = uv::open_descriptor(loop, null.number);
  REQUIRE(device);
  CHECK(loop.run(write_text(device->get(), "anything")));
  std::error_code ended;
  CHECK(loop.run(read_to_end(device->get(), &ended)).empty());
  CHECK(ended == make_error_code(errc::end_of_stream));
}

TEST_CASE("a pipe carries bytes, and its end is the end of the stream") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  uv::loop loop;
  auto in = uv::open_descriptor(loop, ends[0]);
  REQUIRE(in);
  {
    auto out = uv::open_descriptor(loop, ends[1]);
    REQUIRE(out);
    CHECK(loop.run(write_text(out->get(), "through the pipe")));
  }
  std::error_code ended;
  CHECK(loop.run(read_to_end(in->get(), &ended)) == "through the pipe");
  CHECK(ended == make_error_code(errc::end_of_stream));
}

TEST_CASE("a pipe nobody reads stalls its writer, not the loop") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const descriptor unread{ends[0]};
  uv::loop loop;
  io::runtime& net = loop;
  auto out = uv::open_descriptor(loop, ends[1]);
  REQUIRE(out);
  auto write = [](io::stream* to) -> task<result<void>> {
    const std::string text(1 << 22, 'x');
    co_return co_await to->write_all(text);
  };
  const auto written = loop.run(io::with_timeout(net, 20ms, write(out->get())));
  REQUIRE_FALSE(written);
  CHECK(written.error() == make_error_code(errc::timed_out));
}

TEST_CASE("a closed descriptor is refused") {
  uv::loop loop;
  const int closed = ::dup(0);
  ::close(closed);
  CHECK_FALSE(uv::open_descriptor(loop, closed));
}

}  // namespace stdio_test

#endif
