// Files as streams.
#include <array>
#include <string>
#include <system_error>

#include <doctest/doctest.h>
#include <support/temporary_folder.hpp>

#include <pappus/io/timeout.hpp>
#include <pappus/uv/file.hpp>

namespace file_test {

using namespace pappus;
using support::temporary_folder;

namespace {

task<std::error_code> write_text(io::stream* to, std::string text) {
  const auto written = co_await to->write_all(text);
  co_return written ? std::error_code{} : written.error();
}

task<std::string> read_text(io::stream* from) {
  std::string text;
  std::array<std::byte, 1000> piece{};
  for (;;) {
    const auto count = co_await from->read_some(piece);
    if (!count) {
      CHECK(count.error() == make_error_code(errc::end_of_stream));
      co_return text;
    }
    text.append(reinterpret_cast<const char*>(piece.data()), *count);
  }
}

}  // namespace

TEST_CASE("bytes written to a new file are read from its start") {
  const temporary_folder folder;
  uv::loop loop;
  const std::string text(300'000, 'x');
  {
    auto made = uv::open_file(loop, folder.file("new"), uv::open_mode::create);
    REQUIRE(made.has_value());
    CHECK_FALSE(loop.run(write_text(made->get(), text)));
  }
  auto opened = uv::open_file(loop, folder.file("new"), uv::open_mode::read);
  REQUIRE(opened.has_value());
  CHECK(loop.run(read_text(opened->get())) == text);
}

TEST_CASE("creating a file that exists fails, and so does opening one that does not") {
  const temporary_folder folder;
  uv::loop loop;
  CHECK(uv::open_file(loop, folder.file("none"), uv::open_mode::read).error() == std::errc::no_such_file_or_directory);
  REQUIRE(uv::open_file(loop, folder.file("one"), uv::open_mode::create).has_value());
  CHECK(uv::open_file(loop, folder.file("one"), uv::open_mode::create).error() == std::errc::file_exists);
}

TEST_CASE("opened files are closed again") {
  const temporary_folder folder;
  uv::loop loop;
  REQUIRE(uv::open_file(loop, folder.file("one"), uv::open_mode::create).has_value());
  for (int i = 0; i != 30'000; ++i) {
    REQUIRE(uv::open_file(loop, folder.file("one"), uv::open_mode::read).has_value());
  }
}

}  // namespace file_test
