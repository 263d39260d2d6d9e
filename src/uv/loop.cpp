#include <algorithm>
#include <chrono>
#include <cstdio>
#include <system_error>

#include <pappus/coro/live_coroutines.hpp>
#include <pappus/io/cost.hpp>
#include <pappus/uv/error.hpp>
#include <pappus/uv/loop.hpp>

#include "process.hpp"

namespace pappus::uv {
namespace {

void throw_if_error(int status, const char* what) {
  if (status < 0) throw std::system_error(error_from(status), what);
}

[[noreturn]] void give_up(const char* why) noexcept {
  std::fprintf(stderr, "pappus: %s\n%s", why, coro::describe_live_coroutines().c_str());
  std::terminate();
}

std::unique_ptr<uv_loop_t> make_loop() {
  auto made = std::make_unique<uv_loop_t>();
  throw_if_error(uv_loop_init(made.get()), "uv_loop_init");
  return made;
}

}  // namespace

/// The loop's own libuv handles. Allocated separately, because on an application's loop they outlive the loop object
/// until they are closed.
struct loop::handles {
  explicit handles(loop& owner) noexcept {
    uv_timer_init(owner.loop_, &timer);
    uv_idle_init(owner.loop_, &idle);
    uv_check_init(owner.loop_, &check);
    uv_prepare_init(owner.loop_, &prepare);
    timer.data = idle.data = check.data = prepare.data = &owner;
    uv_check_start(&check, [](uv_check_t* polled) noexcept { static_cast<loop*>(polled->data)->end_poll(); });
    uv_prepare_start(&prepare, [](uv_prepare_t* polls) noexcept { static_cast<loop*>(polls->data)->end_turn(); });
    for (uv_handle_t* const each : {reinterpret_cast<uv_handle_t*>(&check), reinterpret_cast<uv_handle_t*>(&prepare)})
      uv_unref(each);  // must not keep the loop alive
  }

  void close() noexcept {
    timer.data = idle.data = check.data = prepare.data = this;
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&idle), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&check), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&prepare), closed);
  }

  static void closed(uv_handle_t* handle) noexcept {
    auto* const self = static_cast<handles*>(handle->data);
    if (--self->open == 0) delete self;
  }

  uv_timer_t timer{};
  uv_idle_t idle{};
  uv_check_t check{};      // called after each poll of the sockets
  uv_prepare_t prepare{};  // called before each
  int open = 4;
};

/// A task started on the loop, until its completion.
class loop::started_root final : public coro::root_listener {
public:
  started_root(loop& on, std::function<void(std::exception_ptr)> done) noexcept : on_(on), done_(std::move(done)) {}

  /// Call after the launch; the object frees itself on completion.
  void begun() noexcept { ++on_.roots_; }

private:
  void root_ended(std::exception_ptr thrown) noexcept override {
    const std::unique_ptr<started_root> gone_afterwards{this};
    --on_.roots_;
    if (done_) done_(std::move(thrown));
    else if (thrown) std::rethrow_exception(std::move(thrown));
  }

  loop& on_;
  std::function<void(std::exception_ptr)> done_;
};

loop::loop() : loop(make_loop(), nullptr) {}

loop::loop(uv_loop_t& host) : loop(nullptr, &host) {}

loop::loop(std::unique_ptr<uv_loop_t> own, uv_loop_t* host)
    : own_(std::move(own)),
      loop_(own_ ? own_.get() : host),
      handles_(new handles{*this}),
      receive_block_(std::make_unique_for_overwrite<std::byte[]>(receive_block_size)) {
  ignore_broken_pipes();
}

loop::~loop() {
  if (!own_) {
    if (roots_ != 0) give_up("a loop on a host's uv_loop_t was destroyed before what it ran had ended");
    run_what_is_ready();
    handles_->close();
    return;
  }
  {
    const coro::ready_queue::turn stopping{ready_};
    request_stop();
  }
  while (roots_ != 0) run_or_terminate(UV_RUN_ONCE);
  run_what_is_ready();
  handles_->close();
  uv_run(loop_, UV_RUN_DEFAULT);
  if (uv_loop_close(loop_) != 0) give_up("a loop was destroyed while handles on it were open");
}

/// Coroutines of streams over streams end after their streams are closed.
void loop::run_what_is_ready() noexcept {
  while (!ready_.empty()) {
    ready_.refill();
    ready_.run();
  }
}

bool loop::drain(io::duration within) {
  class end_of_patience final : public io::timer_node {
  public:
    explicit end_of_patience(uv_loop_t* on) noexcept : on_(on) {}
    bool over = false;

  private:
    void on_timer() noexcept override {
      over = true;
      uv_stop(on_);  // libuv runs its timers before it polls
    }
    uv_loop_t* on_;
  };
  end_of_patience patience{loop_};
  auto* const timer = reinterpret_cast<uv_handle_t*>(&handles_->timer);
  uv_update_time(loop_);
  timers_.arm(patience, io::saturating_add(now(), within));
  uv_unref(timer);  // must not keep the loop alive
  while (!patience.over && uv_loop_alive(loop_) != 0) uv_run(loop_, UV_RUN_ONCE);
  uv_ref(timer);
  return uv_loop_alive(loop_) == 0 || !patience.over;
}

void loop::spawn(task<void> root, std::function<void(std::exception_ptr)> done) {
  auto listener = std::make_unique<started_root>(*this, std::move(done));
  const coro::context here{&ready_, stop_.token()};
  coro::root::launch(here, std::move(root), *listener);  // starts later, from the ready queue
  listener.release()->begun();
}

void loop::run_until_ended(task<void> main) {
  bool ended = false;
  std::exception_ptr thrown;
  turn_began_.reset();
  uv_update_time(loop_);
  spawn(std::move(main), [&](std::exception_ptr why) {
    ended = true;
    thrown = std::move(why);
    uv_stop(loop_);
  });
  while (!ended) run_or_terminate(UV_RUN_DEFAULT);
  if (thrown) std::rethrow_exception(thrown);
}

void loop::run_or_terminate(uv_run_mode mode) noexcept {
  if (uv_run(loop_, mode) == 0 && roots_ != 0 && ready_.empty()) {
    give_up("coroutines wait for what will never happen");
  }
}

/// Requests a turn for due timers and ready coroutines. An idle handle, because libuv polls its sockets between two of
/// its calls, but not between two timers of zero length.
void loop::request_turn() noexcept {
  uv_idle_start(&handles_->idle, [](uv_idle_t* idle) noexcept {
    uv_idle_stop(idle);
    static_cast<loop*>(idle->data)->timers_.fire();
  });
}

/// Called after the callbacks of the sockets. libuv has noted its time before these, when its poll has ended, and notes
/// it again before timers.
void loop::end_poll() noexcept {
  turn_began_ = now();
  ready_.refill();
}

void loop::end_turn() noexcept {
  const io::time_point ends{std::chrono::nanoseconds{uv_hrtime()}};
  turns_.add(ends - turn_began_.value_or(now()));
}

void loop::queue::wake() noexcept { on_.request_turn(); }

void loop::wheel::earliest_changed() noexcept {
  uv_timer_t* const timer = &on_.handles_->timer;
  armed_for_ = earliest();
  if (armed_for_ == io::never) {
    uv_timer_stop(timer);
  } else if (armed_for_ <= on_.now()) {
    on_.request_turn();
  } else {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(armed_for_ - on_.now());
    uv_timer_start(
        timer, [](uv_timer_t* fired) noexcept { static_cast<loop*>(fired->data)->timers_.fire(); },
        static_cast<std::uint64_t>(wait.count()), 0);
  }
}

void loop::wheel::fire() noexcept {
  const coro::ready_queue::turn turn{on_.ready_};
  armed_for_ = io::never;
  const std::size_t most =
      std::max<std::size_t>(on_.ready_.remaining() / 2 / io::cost::timer, 1);  // half for ready coroutines
  on_.ready_.charge(expire(on_.now(), most) * io::cost::timer);
  if (earliest() != io::never && armed_for_ == io::never) earliest_changed();
}

}  // namespace pappus::uv
