#include "stream.hpp"

#include <new>
#include <utility>

#include <pappus/error.hpp>
#include <pappus/tls/errc.hpp>

#include "record_gatherer.hpp"

namespace pappus::tls {
namespace {

/// Bytes that are encrypted at a time, and then written: some records, as much as a socket takes at once.
constexpr std::size_t batch = 65536;
/// Bytes that OpenSSL may want to answer by itself before the stream below takes any. Its largest answer is an alert or
/// a key update, and it has one of them at a time.
constexpr std::size_t max_answers = 2 * batch;

/// Cost of encrypting or decrypting bytes, units of a turn's budget: about that of AES-GCM on a 2020 server core.
constexpr std::size_t cost_of(std::size_t bytes) noexcept { return 1 + bytes / 2048; }
/// The same of a key update, which may have to be answered.
constexpr std::size_t key_update_cost = 100;

std::error_code error_of_end(std::error_code of_stream_below) noexcept {
  const bool is_cut = of_stream_below == make_error_code(pappus::errc::end_of_stream);
  return is_cut ? make_error_code(errc::truncated) : of_stream_below;
}

}  // namespace

stream::stream(io::runtime& runtime, io::stream_ptr below, std::unique_ptr<session> encryption) noexcept
    : runtime_(runtime), below_(std::move(below)), encryption_(std::move(encryption)) {}

void stream::start() {
  const coro::context here{&runtime_.ready(), stop_.token()};
  coro::root::launch(here, receive(), *this);
  ++running_;
  coro::root::launch(here, send(), *this);
  ++running_;
}

void stream::release() noexcept {
  released_ = true;
  if (running_ == 0) delete this;
}

/// The coroutines catch what they throw.
void stream::root_ended(std::exception_ptr /*thrown*/) noexcept {
  if (--running_ == 0 && released_) delete this;
}

void stream::disconnect() noexcept {
  below_->close();
  stop_.request_stop();
}

/// Without a close_notify if the other side has not received what was written before: it would take the connection for
/// complete.
void stream::begin_close() noexcept {
  if (sending_.empty() && !send_error_) {
    encryption_->shut_down();
    static_cast<void>(send_at_once());
  }
  disconnect();
}

/// Decrypts for the waiting read: done if that is complete. Throws if there is no memory.
session::progress stream::decrypt() {
  for (;;) {
    io::buffer into = read_buffer();
    if (into.empty()) {
      if (viewed_ == nullptr) viewed_ = std::make_unique<std::array<std::byte, session::max_record>>();
      into = *viewed_;
    }
    std::size_t got = 0;
    const session::progress came = encryption_->read(into, got);
    runtime_.ready().charge(key_update_cost * encryption_->drain_key_updates());
    if (!encryption_->outgoing().empty()) wants_to_send_.set();
    if (came != session::progress::done) return came;
    runtime_.ready().charge(cost_of(got));
    if (on_bytes_read(into.first(got))) return came;
  }
}

bool stream::begin_read() noexcept {
  session::progress came{};
  try {
    came = decrypt();
  } catch (const std::bad_alloc&) {
    return fail_read_now(std::make_error_code(std::errc::not_enough_memory));
  }
  switch (came) {
    case session::progress::done: return false;
    case session::progress::failed: return fail_read_now(encryption_->error());
    case session::progress::ended: return fail_read_now(make_error_code(pappus::errc::end_of_stream));
    case session::progress::needs_bytes: break;
  }
  wants_bytes_.set();
  return true;
}

task<void> stream::receive() {
  for (;;) {
    const auto wanted = co_await wants_bytes_.wait();
    if (!wanted) co_return;
    wants_bytes_.reset();
    if (!reading() || !encryption_->has_taken_all()) continue;  // the read that wanted them has ended
    const auto received = co_await below_->read_view();
    if (!received) {
      end_reads(error_of_end(received.error()));
      co_return;
    }
    encryption_->feed(*received);
    try {
      if (!pass_on()) co_return;
      encryption_->keep();
    } catch (const std::bad_alloc&) {
      end_reads(std::make_error_code(std::errc::not_enough_memory));
      co_return;
    }
  }
}

/// Gives what was received to the waiting read, if there is one. False if nothing can be read any more.
bool stream::pass_on() {
  if (!reading()) return true;
  const session::progress came = decrypt();
  const bool is_flooded = encryption_->outgoing().size() > max_answers;
  if (came == session::progress::done) {
    deliver();  // the reader may read on at once, and take more of what was received
    return true;
  }
  if (came == session::progress::needs_bytes && !is_flooded) {
    wants_bytes_.set();
    return true;
  }
  if (came == session::progress::ended) end_reads(make_error_code(pappus::errc::end_of_stream));
  else end_reads(is_flooded ? make_error_code(errc::protocol) : encryption_->error());
  return false;
}

/// Encrypts at most a batch of the bytes that begin `offset` bytes into the first buffer; returns how many.
std::size_t stream::encrypt(std::span<const io::const_buffer> buffers, std::size_t offset) noexcept {
  record_gatherer records{buffers, offset};
  std::size_t encrypted = 0;
  while (encryption_->outgoing().size() < batch) {
    const io::const_buffer bytes = records.next();
    const std::size_t taken = bytes.empty() ? 0 : encryption_->write(bytes);
    if (taken == 0) break;
    records.skip(taken);
    encrypted += taken;
  }
  runtime_.ready().charge(cost_of(encrypted));
  return encrypted;
}

std::size_t stream::encrypt_pending() noexcept {
  constexpr std::size_t buffers_at_once = 64;
  std::array<io::const_buffer, buffers_at_once> buffers;
  const std::size_t count =
      for_each_pending_buffer(buffers.size(), [&](std::size_t i, io::const_buffer bytes) { buffers[i] = bytes; });
  return encrypt(std::span{buffers}.first(count), 0);
}

/// Sends what is encrypted. False if the stream below does not take all of it now.
bool stream::send_at_once() noexcept {
  std::swap(sending_, encryption_->outgoing());
  if (sending_.empty()) return true;
  sent_ = try_write_to(*below_, sending_);
  if (sent_ != sending_.size()) return false;
  sending_.clear();
  sent_ = 0;
  return true;
}

std::size_t stream::try_write(std::span<const io::const_buffer> buffers) noexcept {
  if (!sending_.empty() || send_error_) return 0;
  const std::size_t size = io::total_size(buffers);
  std::size_t written = 0;
  while (written != size && !encryption_->error()) {
    std::size_t offset = written;
    auto first = buffers.begin();
    for (; offset >= first->size(); ++first) offset -= first->size();
    in_flight_ = encrypt({first, buffers.end()}, offset);
    if (!send_at_once()) break;
    written += std::exchange(in_flight_, 0);
  }
  return written;
}

bool stream::begin_write() noexcept {
  if (send_error_) return fail_write_now(send_error_);
  if (encryption_->error()) return fail_write_now(encryption_->error());
  wants_to_send_.set();
  return true;
}

/// Encrypts more if all was sent. False if there is nothing.
bool stream::has_to_send() noexcept {
  if (!sending_.empty()) return true;
  if (writing() && !write_stopped()) in_flight_ = encrypt_pending();
  std::swap(sending_, encryption_->outgoing());
  return !sending_.empty();
}

/// Sends what was not sent at once, and what OpenSSL answers by itself, such as alerts.
task<void> stream::send() {
  for (;;) {
    const auto wanted = co_await wants_to_send_.wait();
    if (!wanted) break;
    wants_to_send_.reset();
    while (!send_error_ && has_to_send()) {
      const auto written = co_await below_->write_all(io::const_buffer{sending_}.subspan(sent_));
      sending_.clear();
      sent_ = 0;
      const std::size_t sent = std::exchange(in_flight_, 0);
      if (!written) send_error_ = written.error();
      else if (writing() && on_bytes_written(sent)) deliver_write();
    }
    if (!writing()) continue;
    if (send_error_) fail_write(send_error_);
    else if (write_stopped() || encryption_->error()) fail_write(encryption_->error());
  }
  if (writing()) deliver_write();  // it was stopped, or the stream is closed
}

}  // namespace pappus::tls
