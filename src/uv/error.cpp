#include <string>

#include <uv.h>

#include <pappus/uv/error.hpp>

namespace pappus::uv {
namespace {

class libuv_category final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "libuv"; }

  [[nodiscard]] std::string message(int status) const override { return uv_strerror(status); }

  [[nodiscard]] std::error_condition default_error_condition(int status) const noexcept override {
    switch (status) {
      case UV_EACCES: return std::errc::permission_denied;
      case UV_EADDRINUSE: return std::errc::address_in_use;
      case UV_EADDRNOTAVAIL: return std::errc::address_not_available;
      case UV_EAFNOSUPPORT: return std::errc::address_family_not_supported;
      case UV_EAGAIN: return std::errc::resource_unavailable_try_again;
      case UV_EBUSY: return std::errc::device_or_resource_busy;
      case UV_ECANCELED: return std::errc::operation_canceled;
      case UV_ECONNABORTED: return std::errc::connection_aborted;
      case UV_ECONNREFUSED: return std::errc::connection_refused;
      case UV_ECONNRESET: return std::errc::connection_reset;
      case UV_EDESTADDRREQ: return std::errc::destination_address_required;
      case UV_EEXIST: return std::errc::file_exists;
      case UV_EHOSTUNREACH: return std::errc::host_unreachable;
      case UV_EINVAL: return std::errc::invalid_argument;
      case UV_EISCONN: return std::errc::already_connected;
      case UV_EMFILE: return std::errc::too_many_files_open;
      case UV_EMSGSIZE: return std::errc::message_size;
      case UV_ENETDOWN: return std::errc::network_down;
      case UV_ENETUNREACH: return std::errc::network_unreachable;
      case UV_ENFILE: return std::errc::too_many_files_open_in_system;
      case UV_ENOBUFS: return std::errc::no_buffer_space;
      case UV_ENOENT: return std::errc::no_such_file_or_directory;
      case UV_ENOMEM: return std::errc::not_enough_memory;
      case UV_ENOSPC: return std::errc::no_space_on_device;
      case UV_ENOTCONN: return std::errc::not_connected;
      case UV_EPERM: return std::errc::operation_not_permitted;
      case UV_EPIPE: return std::errc::broken_pipe;
      case UV_ETIMEDOUT: return std::errc::timed_out;
      default: return {status, *this};
    }
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const libuv_category category;
  return category;
}

}  // namespace pappus::uv
