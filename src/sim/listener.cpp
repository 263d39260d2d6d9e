#include "listener.hpp"

#include <new>
#include <utility>

#include <pappus/sim/machine.hpp>
#include <pappus/sim/world.hpp>

#include "fabric.hpp"
#include "sockets.hpp"

namespace pappus::sim {

listener::listener(runtime& process, io::endpoint local) noexcept : process_(process), local_(local) {
  process_.sockets().add(*this);
  process_.on().in().links().count(1);
}

void listener::begin(io::accept_operation& operation) {
  if (!open_) {
    operation.complete_inline(failure{make_error_code(errc::closed)});
  } else if (accepting_ != nullptr) {
    operation.complete_inline(failure{std::make_error_code(std::errc::device_or_resource_busy)});
  } else if (!waiting_.empty() && process_.on().descriptors_exhausted()) {
    operation.complete_inline(failure{std::make_error_code(std::errc::too_many_files_open)});
  } else if (!waiting_.empty()) {
    operation.complete_inline(std::move(waiting_.front()));
    waiting_.pop_front();
  } else {
    accepting_ = &operation;
  }
}

void listener::incoming(io::stream_ptr connection) noexcept {
  const bool exhausted = process_.on().descriptors_exhausted();
  if (accepting_ != nullptr && !exhausted) {
    return std::exchange(accepting_, nullptr)->complete(std::move(connection));
  }
  try {
    waiting_.push_back(std::move(connection));
  } catch (const std::bad_alloc&) {
    return;  // the connection is closed: no memory to queue it
  }
  if (accepting_ == nullptr) return;
  std::exchange(accepting_, nullptr)->complete(failure{std::make_error_code(std::errc::too_many_files_open)});
}

void listener::close() noexcept {
  if (!std::exchange(open_, false)) return;
  process_.sockets().remove(*this);
  waiting_.clear();
  if (accepting_ != nullptr) {
    std::exchange(accepting_, nullptr)->post_completion(failure{make_error_code(errc::closed)});
  }
}

void listener::release() noexcept {
  process_.on().in().links().count(-1);
  delete this;
}

}  // namespace pappus::sim
