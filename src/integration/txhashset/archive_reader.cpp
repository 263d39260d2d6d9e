#include "archive_reader.hpp"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/io/runtime.hpp>

#include "cached_archive.hpp"
#include "submit_work.hpp"

namespace pappus::integration {

class archive_reader::reading_work final : public io::work {
public:
  reading_work(archive_reader& by, std::size_t max)
      : owner_(by.owner_), source_(by.source_), most_(max), waiting_(&by) {}

  void run() noexcept override {
    try {
      read();
    } catch (const std::exception&) {
      count_ = 0;
    }
  }

  void on_complete() noexcept override {
    if (waiting_ != nullptr) waiting_->on_read(count_);
  }

  void forget_waiter() noexcept { waiting_ = nullptr; }

private:
  void read() {
    if (!source_->file) {
      auto opened = disk_file::open(owner_->path());
      if (!opened) return;
      source_->file.emplace(std::move(opened).value());
    }
    source_->piece.resize(limits::archive_chunk_size);
    count_ = source_->file->read(io::buffer{source_->piece}.first(most_)).value_or(std::size_t{0});
  }

  std::shared_ptr<cached_archive> owner_;  // keeps the file
  std::shared_ptr<source> source_;
  std::size_t most_;
  archive_reader* waiting_;
  std::size_t count_ = 0;  // 0: failed
};

archive_reader::archive_reader(std::shared_ptr<cached_archive> archive)
    : owner_(std::move(archive)), source_(std::make_shared<source>()) {
  owner_->join();
}

archive_reader::~archive_reader() {
  if (reading_now_ != nullptr) reading_now_->forget_waiter();
  stop_waiting();
  owner_->leave();
}

void archive_reader::stop_waiting() noexcept {
  if (std::exchange(waiting_, false)) owner_->stop_waiting(*this);
}

bool archive_reader::begin_write() noexcept {
  return fail_write_now(std::make_error_code(std::errc::bad_file_descriptor));
}

/// The reason why no bytes will follow, or no error if some will.
std::error_code archive_reader::end() const noexcept {
  if (owner_->failed()) return std::make_error_code(std::errc::io_error);
  if (owner_->bytes() == at_) return make_error_code(errc::end_of_stream);
  return {};
}

bool archive_reader::has_news() const noexcept { return owner_->packed() != at_ || end(); }

bool archive_reader::begin_read() noexcept {
  if (!held_.empty() && copy_to_reader(held_)) return false;
  if (const std::error_code why = end()) return fail_read_now(why);
  const std::error_code failed = read_more();
  return !failed || fail_read_now(failed);
}

/// Does nothing if a read is under way or waiting.
std::error_code archive_reader::read_more() noexcept {
  if (reading_now_ != nullptr || waiting_) return {};
  const std::uint64_t there = owner_->packed() - at_;
  if (there == 0) {
    waiting_ = true;
    owner_->wait(*this);
    return {};
  }
  const auto max = static_cast<std::size_t>(std::min<std::uint64_t>(there, limits::archive_chunk_size));
  reading_now_ = submit_work<reading_work>(owner_->on(), *this, max);
  return reading_now_ == nullptr ? std::make_error_code(std::errc::not_enough_memory) : std::error_code{};
}

void archive_reader::look_again() noexcept {
  waiting_ = false;
  if (!reading()) return;
  go_on();
}

/// Ends the waiting read, or reads more for it.
void archive_reader::go_on() noexcept {
  if (const std::error_code why = end()) return end_reads(why);
  if (const std::error_code failed = read_more()) end_reads(failed);
}

void archive_reader::on_read(std::size_t count) noexcept {
  reading_now_ = nullptr;
  if (count == 0) return end_reads(std::make_error_code(std::errc::io_error));
  at_ += count;
  held_ = io::const_buffer{source_->piece}.first(count);
  if (!reading()) return;
  if (copy_to_reader(held_)) return deliver();
  go_on();
}

}  // namespace pappus::integration
