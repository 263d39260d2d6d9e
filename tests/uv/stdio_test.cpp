// Streams over file descriptors: files, pipes and the null device.
#include <array>
#include <string>

#include <doctest/doctest.h>
#include <support/temporary_folder.hpp>
#include <uv.h>

#include <pappus/coro/scope.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/stdio.hpp>

namespace stdio_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

void close_descriptor(int number) {
  uv_fs_t request{};
  uv_fs_close(nullptr, &request, number, nullptr);
  uv_fs_req_cleanup(&request);
}

struct descriptor {
  explicit descriptor(int opened) : number(opened) { REQUIRE(number >= 0); }
  descriptor(const std::string& path, int flags) {
    uv_fs_t request{};
    number = uv_fs_open(nullptr, &request, path.c_str(), flags, 0600, nullptr);
    uv_fs_req_cleanup(&request);
    REQUIRE(number >= 0);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close_descriptor(number); }
  int number;
};

/// The read end and the write end.
std::array<int, 2> make_pipe() {
  std::array<uv_file, 2> ends{};
  REQUIRE(uv_pipe(ends.data(), UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE) == 0);
  return ends;
}

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

TEST_CASE("a file is written and read as a stream") {
  const support::temporary_folder folder;
  uv::loop loop;
  {
    const descriptor file{folder.file("one"), UV_FS_O_WRONLY | UV_FS_O_CREAT};
    auto out = uv::open_descriptor(loop, file.number);
    REQUIRE(out);
    CHECK(loop.run(write_text(out->get(), "a line of thirty characters...")));
  }
  const descriptor file{folder.file("one"), UV_FS_O_RDONLY};
  auto in = uv::open_descriptor(loop, file.number);
  REQUIRE(in);
  std::error_code ended;
  CHECK(loop.run(read_to_end(in->get(), &ended)) == "a line of thirty characters...");
  CHECK(ended == make_error_code(errc::end_of_stream));
}

TEST_CASE("the null device accepts all bytes and returns none") {
#ifdef _WIN32
  const descriptor null{"NUL", UV_FS_O_RDWR};
#else
  const descriptor null{"/dev/null", UV_FS_O_RDWR};
#endif
  uv::loop loop;
  auto device = uv::open_descriptor(loop, null.number);
  REQUIRE(device);
  CHECK(loop.run(write_text(device->get(), "anything")));
  std::error_code ended;
  CHECK(loop.run(read_to_end(device->get(), &ended)).empty());
  CHECK(ended == make_error_code(errc::end_of_stream));
}

TEST_CASE("a pipe carries bytes, and its end is end_of_stream") {
  const auto ends = make_pipe();
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

TEST_CASE("a full pipe blocks its writer, not the loop") {
  const auto ends = make_pipe();
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

TEST_CASE("a closed descriptor is an error") {
  uv::loop loop;
  const auto ends = make_pipe();
  for (const int end : ends) close_descriptor(end);
  CHECK_FALSE(uv::open_descriptor(loop, ends[0]));
}

}  // namespace stdio_test
