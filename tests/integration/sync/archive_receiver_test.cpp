// The files of archives that are received.
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <integration/txhashset/files.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/integration/sync/archive_receiver.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/sim/world.hpp>

namespace archive_receiver_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

[[nodiscard]] task<result<void>> completed(task<void> body) {
  co_await std::move(body);
  co_return result<void>{};
}

}  // namespace

TEST_CASE("files of an earlier process are removed at the start, but none when the service begins again") {
  const support::temporary_folder temporary;
  const std::string folder = temporary.file("incoming");
  std::filesystem::create_directory(folder);
  sim::world world{1};
  io::runtime& net = world.add_machine().runtime();
  peer::session_registry nobody;
  peer::logger say{net, {}, peer::log_level::error};
  integration::archive_receiver receiver{net, nobody, say, folder, 1000};
  const auto run = [&] { static_cast<void>(world.run(io::with_timeout(net, 1s, completed(receiver.run())))); };
  support::write_file(folder + "/incoming.1", "left");
  run();
  CHECK(support::things_in(folder) == 0);
  support::write_file(folder + "/incoming.2", "arrived since");
  run();
  CHECK(support::things_in(folder) == 1);
}

}  // namespace archive_receiver_test
