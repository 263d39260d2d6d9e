// A runtime whose connections are all encrypted: what uses one over TCP can be run over TLS.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <pappus/coro/root.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/error.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/tls/context.hpp>
#include <pappus/tls/handshake.hpp>

namespace tls_test {

using namespace pappus;

/// A task that no coroutine awaits. Deletes itself when it has ended.
class background_task final : private coro::root_listener {
public:
  static background_task& launch(io::runtime& on, task<void> body, std::function<void()> ended = nullptr) {
    auto* const made = new background_task{std::move(ended)};
    coro::root::launch(coro::context{&on.ready(), made->stop_.token()}, std::move(body), *made);
    return *made;
  }

  void request_stop() noexcept { stop_.request_stop(); }

private:
  explicit background_task(std::function<void()> ended) : ended_(std::move(ended)) {}

  void root_ended(std::exception_ptr thrown) noexcept override {
    const std::unique_ptr<background_task> gone_afterwards{this};
    if (thrown) std::terminate();
    if (ended_) ended_();
  }

  coro::stop_source stop_;
  std::function<void()> ended_;
};

/// An operation that a task completes, unless it is abandoned before.
template <class Operation>
class pending_operation {
public:
  /// `attempt` is a task with the operation's result.
  template <class T>
  static void begin(io::runtime& on, Operation& operation, task<result<T>> attempt) {
    auto* const made = new pending_operation{operation};
    operation.backend = made;
    made->runs_ = &background_task::launch(on, complete(made, std::move(attempt)));
  }

  static void abandon(Operation& operation) noexcept {
    auto& self = *static_cast<pending_operation*>(operation.backend);
    self.waiting_ = nullptr;
    self.runs_->request_stop();
  }

private:
  explicit pending_operation(Operation& waiting) noexcept : waiting_(&waiting) {}

  template <class T>
  static task<void> complete(pending_operation* self, task<result<T>> attempt) {
    const std::unique_ptr<pending_operation> gone_afterwards{self};
    auto outcome = co_await std::move(attempt);
    if (self->waiting_ != nullptr) self->waiting_->post_completion(std::move(outcome));
  }

  Operation* waiting_;
  background_task* runs_ = nullptr;
};

/// Performs the handshakes of all connections at once, without being asked for one.
class tls_listener final : public io::listener {
public:
  tls_listener(io::runtime& on, io::listener_ptr below, tls::context settings)
      : on_(on), below_(std::move(below)), settings_(std::move(settings)) {
    launch(take_all());
  }

  void close() noexcept override {
    if (std::exchange(closed_, true)) return;
    below_->close();
    accepted_.clear();
    for (background_task* const each : tasks_) each->request_stop();
    complete(failure{make_error_code(errc::closed)});
  }

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return below_->local_endpoint(); }

private:
  void begin(io::accept_operation& operation) override {
    if (closed_) return operation.complete_inline(failure{make_error_code(errc::closed)});
    if (waiting_ != nullptr) {
      return operation.complete_inline(failure{std::make_error_code(std::errc::device_or_resource_busy)});
    }
    if (accepted_.empty()) return static_cast<void>(waiting_ = &operation);
    io::stream_ptr first = std::move(accepted_.front());
    accepted_.pop_front();
    operation.complete_inline(std::move(first));
  }

  void abandon(io::accept_operation& /*operation*/) noexcept override { waiting_ = nullptr; }

  void release() noexcept override {
    released_ = true;
    if (tasks_.empty()) delete this;
  }

  void launch(task<void> body) {
    const std::size_t place = tasks_.size();
    tasks_.push_back(nullptr);
    auto* const self = new background_task* {nullptr};
    tasks_[place] = *self = &background_task::launch(on_, std::move(body), [this, self] { ended(self); });
  }

  void ended(background_task** which) noexcept {
    std::erase(tasks_, *which);
    delete which;
    if (released_ && tasks_.empty()) delete this;
  }

  task<void> take_all() {
    for (;;) {
      auto taken = co_await below_->accept();
      if (!taken) co_return;
      launch(shake_hands(std::move(*taken)));
    }
  }

  /// Connections whose handshakes fail are dropped.
  task<void> shake_hands(io::stream_ptr plain) {
    auto encrypted = co_await tls::accept(on_, std::move(plain), settings_);
    if (!encrypted || closed_) co_return;
    if (waiting_ != nullptr) complete(std::move(encrypted->stream));
    else accepted_.push_back(std::move(encrypted->stream));
  }

  void complete(result<io::stream_ptr> outcome) noexcept {
    if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->post_completion(std::move(outcome));
  }

  io::runtime& on_;
  io::listener_ptr below_;
  tls::context settings_;
  std::vector<background_task*> tasks_;
  std::deque<io::stream_ptr> accepted_;
  io::accept_operation* waiting_ = nullptr;
  bool closed_ = false;
  bool released_ = false;
};

class tls_runtime final : public io::runtime {
public:
  /// `name`: for which servers must have certificates.
  tls_runtime(io::runtime& below, tls::context client, tls::context server, std::string name)
      : below_(below), client_(std::move(client)), server_(std::move(server)), name_(std::move(name)) {}

  [[nodiscard]] result<io::listener_ptr> listen(io::endpoint local) override {
    PAPPUS_TRY(plain, below_.listen(local));
    return io::listener_ptr{new tls_listener{below_, std::move(plain), server_}};
  }

  [[nodiscard]] result<io::datagram_socket_ptr> open_datagram_socket(io::endpoint local,
                                                                     std::optional<io::endpoint> remote) override {
    return below_.open_datagram_socket(local, remote);
  }

  [[nodiscard]] io::time_point now() const noexcept override { return below_.now(); }
  [[nodiscard]] io::wall_time wall_clock() const noexcept override { return below_.wall_clock(); }
  void fill_random(io::buffer bytes) noexcept override { below_.fill_random(bytes); }
  [[nodiscard]] std::size_t descriptor_limit() const noexcept override { return below_.descriptor_limit(); }
  [[nodiscard]] std::vector<ip_address> default_gateways() const override { return below_.default_gateways(); }
  [[nodiscard]] io::timer_queue& timers() noexcept override { return below_.timers(); }
  [[nodiscard]] coro::ready_queue& ready() noexcept override { return below_.ready(); }
  void submit(std::unique_ptr<io::work> item) override { below_.submit(std::move(item)); }
  [[nodiscard]] std::unique_ptr<io::wakeup> make_wakeup(std::function<void()> woken) override {
    return below_.make_wakeup(std::move(woken));
  }

private:
  void begin(io::connect_operation& operation) override {
    pending_operation<io::connect_operation>::begin(below_, operation, dial(operation.remote, operation.local));
  }
  void abandon(io::connect_operation& operation) noexcept override {
    pending_operation<io::connect_operation>::abandon(operation);
  }
  void begin(io::resolve_operation& operation) override {
    pending_operation<io::resolve_operation>::begin(below_, operation, look_up(operation.host));
  }
  void abandon(io::resolve_operation& operation) noexcept override {
    pending_operation<io::resolve_operation>::abandon(operation);
  }

  task<result<io::stream_ptr>> dial(io::endpoint to, io::endpoint from) {
    PAPPUS_CO_TRY(plain, co_await below_.connect(to, from));
    PAPPUS_CO_TRY(encrypted, co_await tls::connect(below_, std::move(plain), client_, name_));
    co_return std::move(encrypted.stream);
  }

  task<result<std::vector<ip_address>>> look_up(std::string host) {
    co_return co_await below_.resolve(std::move(host));
  }

  io::runtime& below_;
  tls::context client_;
  tls::context server_;
  std::string name_;
};

}  // namespace tls_test
