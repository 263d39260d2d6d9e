// Decoding and encoding of kernels. The two forms differ only in the sizes of the fee and the lock.
#include <cstring>

#include <pappus/wire/kernel.hpp>

#include "kernel_view.hpp"

namespace pappus::wire {
namespace {

// Sizes of the fee and the lock from version 2 on, bytes.
struct widths {
  std::size_t fee, lock;
};

constexpr widths widths_of(kernel_features features) noexcept {
  switch (features) {
    case kernel_features::plain: return {8, 0};
    case kernel_features::coinbase: return {0, 0};
    case kernel_features::height_locked: return {8, 8};
    case kernel_features::no_recent_duplicate: return {8, 2};
  }
  return {0, 0};
}

kernel_features read_features(reader& in) noexcept {
  const std::size_t start = in.offset();
  const std::uint8_t code = in.u8("kernels[].features");
  const auto features = static_cast<kernel_features>(code);
  const std::uint8_t last = in.context().limits.no_recent_duplicate_kernels ? 3 : 2;
  in.check(code <= last, decode_errc::unknown_value, "kernels[].features", start);
  return features;
}

// Reads a number of which only the last `width` bytes are used; before version 2 the others are present as zeros.
std::uint64_t read_number(reader& in, std::size_t width, const char* field) noexcept {
  if (in.version().has_fixed_size_kernels()) in.zeros(8 - width, field);
  if (width == 8) return in.u64(field);
  return width == 2 ? in.u16(field) : 0;
}

}  // namespace

std::size_t kernel::size(protocol_version version) const noexcept {
  if (version.has_fixed_size_kernels()) return fixed_size;
  const widths used = widths_of(features);
  return smallest + used.fee + used.lock;
}

kernel_view kernel_view::read(reader& in) noexcept {
  kernel_view value;
  value.features = read_features(in);
  const widths used = widths_of(value.features);
  value.fee.raw = read_number(in, used.fee, "kernels[].fee");
  value.lock = read_number(in, used.lock, "kernels[].lock");
  if (value.features == kernel_features::no_recent_duplicate) {
    const bool in_range = value.lock >= 1 && value.lock <= limits::max_relative_height;
    in.check(in_range, decode_errc::out_of_range, "kernels[].lock", in.offset() - used.lock);
  }
  value.excess = in.take(commitment::size, "kernels[].excess");
  value.signature = in.take(signature::size, "kernels[].signature");
  return value;
}

void kernel_view::write_fixed_form(std::span<std::byte, kernel::fixed_size> form) const noexcept {
  std::byte* at = form.data();
  const auto put = [&at](const std::byte* from, std::size_t size) {
    std::memcpy(at, from, size);
    at += size;
  };
  *at++ = static_cast<std::byte>(features);
  put(to_big_endian(fee.raw).data(), 8);
  put(to_big_endian(lock).data(), 8);
  put(excess.data(), commitment::size);
  put(signature.data(), wire::signature::size);
}

kernel kernel::read(reader& in) noexcept {
  const kernel_view read = kernel_view::read(in);
  kernel value{read.features, read.fee, read.lock, {}, {}};
  if (!read.excess.empty()) value.excess = commitment::copy(read.excess.data());
  if (!read.signature.empty()) value.signature = wire::signature::copy(read.signature.data());
  return value;
}

void kernel::write(writer& out) const {
  if (out.version().has_fixed_size_kernels()) return out.raw(fixed_form());
  const widths used = widths_of(features);
  out.u8(static_cast<std::uint8_t>(features));
  if (used.fee == 8) out.u64(fee.raw);
  if (used.lock == 8) out.u64(lock);
  if (used.lock == 2) out.u16(static_cast<std::uint16_t>(lock));
  out.fixed(excess);
  out.fixed(signature);
}

std::array<std::byte, kernel::fixed_size> kernel::fixed_form() const noexcept {
  std::array<std::byte, fixed_size> form;
  kernel_view{features, fee, lock, excess.view(), signature.view()}.write_fixed_form(form);
  return form;
}

}  // namespace pappus::wire
