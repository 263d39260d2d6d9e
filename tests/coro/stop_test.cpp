// Stop sources, tokens and listeners.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/stop.hpp>

#include "support/death.hpp"

namespace stop_test {

using pappus::coro::stop_callback;
using pappus::coro::stop_source;
using pappus::coro::stop_token;

namespace {

using journal = std::vector<std::string>;

class listener final : public stop_callback {
public:
  listener(journal& into, std::string name) : into_(into), name_(std::move(name)) {}

  void listen(stop_token to) noexcept {
    to.link(*this, [](stop_callback& self) noexcept { static_cast<listener&>(self).stopped(); });
  }
  void no_longer() noexcept { unlink(); }
  /// When stopped, unlinks another listener.
  void silences(listener& other) noexcept { silenced_ = &other; }

private:
  void stopped() noexcept {
    into_.push_back(name_);
    if (silenced_ != nullptr) silenced_->unlink();
  }

  journal& into_;
  std::string name_;
  listener* silenced_ = nullptr;
};

}  // namespace

TEST_CASE("listeners are notified of a stop once, in the order of linking") {
  journal heard;
  stop_source source;
  listener first{heard, "first"};
  listener second{heard, "second"};
  listener third{heard, "third"};
  second.listen(source.token());
  first.listen(source.token());
  third.listen(source.token());
  CHECK_FALSE(source.stop_requested());
  source.request_stop();
  source.request_stop();
  CHECK(source.stop_requested());
  CHECK(source.token().stop_requested());
  CHECK(heard == journal{"second", "first", "third"});
}

TEST_CASE("a listener that has unlinked or was destroyed is not notified") {
  journal heard;
  stop_source source;
  listener unlinked{heard, "unlinked"};
  listener stays{heard, "stays"};
  unlinked.listen(source.token());
  {
    listener gone{heard, "gone"};
    gone.listen(source.token());
    stays.listen(source.token());
  }
  unlinked.no_longer();
  unlinked.no_longer();
  source.request_stop();
  CHECK(heard == journal{"stays"});
}

TEST_CASE("a listener may unlink others while they are being notified") {
  journal heard;
  stop_source source;
  listener first{heard, "first"};
  listener second{heard, "second"};
  listener third{heard, "third"};
  first.silences(second);
  third.silences(first);
  for (listener* each : {&first, &second, &third}) each->listen(source.token());
  source.request_stop();
  CHECK(heard == journal{"first", "third"});
}

TEST_CASE("a token without a source is never stopped") {
  journal heard;
  const stop_token none;
  CHECK_FALSE(none.stop_possible());
  CHECK_FALSE(none.stop_requested());
  listener deaf{heard, "deaf"};
  deaf.listen(none);
  deaf.no_longer();
  CHECK(stop_source{}.token().stop_possible());
}

TEST_CASE(
    "a source under a token is stopped with it, in the order of linking; the token is not stopped with the source") {
  journal heard;
  stop_source parent;
  listener before{heard, "before"};
  before.listen(parent.token());
  stop_source below{parent.token()};
  listener after{heard, "after"};
  after.listen(parent.token());
  listener inside{heard, "inside"};
  inside.listen(below.token());

  stop_source sibling{parent.token()};
  sibling.request_stop();
  CHECK_FALSE(parent.stop_requested());
  CHECK(heard.empty());

  parent.request_stop();
  CHECK(below.stop_requested());
  CHECK(heard == journal{"before", "inside", "after"});
}

TEST_CASE("a source made under a stopped token is stopped") {
  stop_source parent;
  parent.request_stop();
  const stop_source below{parent.token()};
  CHECK(below.stop_requested());
}

TEST_CASE("a source under a token may be destroyed before the source of that token") {
  stop_source parent;
  {
    const stop_source below{parent.token()};
    CHECK_FALSE(below.stop_requested());
  }
  parent.request_stop();
  CHECK(parent.stop_requested());
}

TEST_CASE("destroying a source with listeners terminates the program" * doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    journal heard;
    listener left{heard, "left"};
    std::optional<stop_source> source{std::in_place};
    left.listen(source->token());
    source.reset();
  }));
}

}  // namespace stop_test
