// A process that writes to a store and is killed a thousand times: every acknowledged write is in the store.
#if defined(__unix__) || defined(__APPLE__)

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <set>
#include <vector>

#include <doctest/doctest.h>
#include <support/temporary_folder.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "peer/store/samples.hpp"

namespace store_store_kill_test {

using namespace samples;
using peer::sqlite_store;
using peer::store_batch;

namespace {

/// The writer's messages to its parent: that it starts write `n`, and that the write is done.
struct progress {
  std::uint32_t number;
  bool written;
};

/// A small transaction with a kernel of its own.
peer::stem_transaction stem_numbered(std::uint32_t number) {
  peer::stem_transaction made = stem(0);
  for (std::size_t i = 0; i != sizeof(number); ++i)
    made.kernel.raw[i] = std::byte{static_cast<std::uint8_t>(number >> 8 * i)};
  made.deadline += std::chrono::seconds{number};
  return made;
}

/// Writes batches of a ban, a transaction and ten addresses, for ever.
[[noreturn]] void keep_writing(const std::string& file, std::uint32_t from, int to_parent) {
  const auto opened = sqlite_store::open(file, key(9));
  if (!opened || !opened->warning.empty()) _exit(1);
  for (std::uint32_t number = from;; ++number) {
    store_batch batch;
    batch.banned.push_back(against(number));
    batch.stems.push_back(stem_numbered(number));
    for (std::uint32_t i = 0; i < 10; ++i) batch.addresses.push_back(known(number * 10 + i));
    const auto tell = [&](bool written) {
      const progress message{number, written};
      if (::write(to_parent, &message, sizeof(message)) != sizeof(message)) _exit(1);
    };
    tell(false);
    if (!opened->store->write(batch)) _exit(1);
    tell(true);
  }
}

void pause(long microseconds) {
  const timespec length{0, microseconds * 1000};
  nanosleep(&length, nullptr);
}

}  // namespace

TEST_CASE("a writer killed at any time loses no acknowledged write") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  std::uint32_t state = 11;
  std::uint32_t written = 0;  // smaller numbers were acknowledged
  std::uint32_t killed_while_writing = 0;
  constexpr int kills = 1'000;
  for (int kill_number = 0; kill_number < kills; ++kill_number) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      close(pipe[0]);
      keep_writing(file, written, pipe[1]);
    }
    close(pipe[1]);
    progress last{};
    REQUIRE(::read(pipe[0], &last, sizeof(last)) == sizeof(last));  // the writer is running
    state = state * 1'664'525 + 1'013'904'223;
    pause(state / 65'536 % 3'000);
    REQUIRE(kill(child, SIGKILL) == 0);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    while (::read(pipe[0], &last, sizeof(last)) == sizeof(last)) {
      if (last.written) written = last.number + 1;
    }
    close(pipe[0]);
    killed_while_writing += last.written ? 0 : 1;
    if (kill_number % 20 != 0 && kill_number + 1 != kills) continue;  // the writer has opened the store each time

    const auto opened = sqlite_store::open(file, key(9));
    REQUIRE(opened.has_value());
    REQUIRE(opened->warning.empty());
    const auto& content = opened->content;
    REQUIRE(content.bans.size() >= written);
    REQUIRE(content.bans.size() <= written + 1);
    REQUIRE(content.addresses.size() == content.bans.size() * 10);
    REQUIRE(content.stems.size() == content.bans.size());
    written = static_cast<std::uint32_t>(content.bans.size());
    std::set<io::endpoint_range> banned;
    for (const auto& each : content.bans) banned.insert(each.range);
    for (std::uint32_t i = 0; i < written; ++i) REQUIRE(banned.contains(against(i).range));
    for (const auto& each : content.stems) {
      const auto number = static_cast<std::uint32_t>((each.deadline - noon) / std::chrono::seconds{1});
      REQUIRE(number < written);
      REQUIRE(each == stem_numbered(number));
    }
  }
  CHECK(written > 0);  // the number depends on the disk
  CHECK(killed_while_writing > 0);
}

}  // namespace store_store_kill_test

#endif
