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
  /// Makes this one, when stopped, silence another.
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

TEST_CASE("listeners hear a stop once, in the order of linking") {
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

TEST_CASE("whoever has unlinked or is gone hears nothing") {
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

TEST_CASE("a listener may unlink others while the stop is being told") {
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

TEST_CASE("the token of nobody is never stopped") {
  journal heard;
  const stop_token none;
  CHECK_FALSE(none.stop_possible());
  CHECK_FALSE(none.stop_requested());
  listener deaf{heard, "deaf"};
  deaf.listen(none);
  deaf.no_longer();
  CHECK(stop_source{}.token().stop_possible());
}

TEST_CASE("a source made under a token is stopped with it, in its turn, and not the other way round") {
  journal heard;
  stop_source above;
  listener before{heard, "before"};
  before.listen(above.token());
  stop_source below{above.token()};
  listener after{heard, "after"};
  after.listen(above.token());
  listener inside{heard, "inside"};
  inside.listen(below.token());

  stop_source sibling{above.token()};
  sibling.request_stop();
  CHECK_FALSE(above.stop_requested());
  CHECK(heard.empty());

  above.request_stop();
  CHECK(below.stop_requested());
  CHECK(heard == journal{"before", "inside", "after"});
}

TEST_CASE("a source made under a stopped token is stopped from the start") {
  stop_source above;
  above.request_stop();
  const stop_source below{above.token()};
  CHECK(below.stop_requested());
}

TEST_CASE("a source under a token may go before the source above it") {
  stop_source above;
  {
    const stop_source below{above.token()};
    CHECK_FALSE(below.stop_requested());
  }
  above.request_stop();
  CHECK(above.stop_requested());
}

TEST_CASE("destroying a source that somebody listens to terminates" * doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    journal heard;
    listener left{heard, "left"};
    std::optional<stop_source> source{std::in_place};
    left.listen(source->token());
    source.reset();
  }));
}

}  // namespace stop_test
