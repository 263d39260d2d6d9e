// What the parameters of a coroutine refer to: with that, trace builds find a child of a scope that uses a local of a
// body that has ended.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>

namespace pappus::coro {

/// The memory of a coroutine's frame, and the first eight objects that the coroutine's parameters refer to: by pointer,
/// by reference, as a view, or through a task that is a parameter. Not what members of parameters refer to.
class parameter_references {
public:
  /// Every allocation of a frame is reported here, before the object of this class in that frame is constructed.
  static void frame_allocated(const void* frame, std::size_t size) noexcept;

  parameter_references() noexcept;

  template <class... Parameters>
  void note(const Parameters&... parameters) noexcept {
    (note_one(parameters), ...);
  }

  /// Whether `other` refers to this frame, except to its parameters by value: these live as long as the frame.
  [[nodiscard]] bool used_by(const parameter_references& other) const noexcept;

private:
  struct memory {
    [[nodiscard]] bool contains(const volatile void* at) const noexcept {
      return !std::less<>{}(at, begin) && std::less<>{}(at, begin + size);
    }
    const volatile std::byte* begin = nullptr;
    std::size_t size = 0;
  };

  template <class Parameter>
  void note_one(const Parameter& parameter) noexcept {
    if constexpr (std::is_pointer_v<Parameter>) {
      if constexpr (!std::is_function_v<std::remove_pointer_t<Parameter>>) add(parameter);
    } else if constexpr (requires {
                           { parameter.references() } -> std::same_as<const parameter_references*>;
                         }) {
      if (const parameter_references* const inner = parameter.references()) add_all(*inner);
    } else if constexpr (!std::is_same_v<std::unwrap_reference_t<Parameter>, Parameter>) {
      if constexpr (std::is_object_v<typename Parameter::type>) add(std::addressof(parameter.get()));
    } else if constexpr (std::is_trivially_copyable_v<Parameter> && requires { std::to_address(parameter.data()); }) {
      add(std::to_address(parameter.data()));
    }
    if constexpr (!std::is_empty_v<Parameter>) {
      using object = std::conditional_t<std::is_pointer_v<Parameter>, void*, Parameter>;  // all pointers have one size
      add_object({reinterpret_cast<const volatile std::byte*>(std::addressof(parameter)), sizeof(object)});
    }
  }
  void add(const volatile void* to) noexcept;
  void add_all(const parameter_references& inner) noexcept;
  void add_object(memory object) noexcept;  // a parameter by value, or what a reference refers to

  static constexpr std::size_t most = 8;

  memory frame_;  // empty if it is not known
  std::array<const volatile void*, most> referred_to_{};
  std::size_t references_ = 0;
  std::array<memory, most> parameters_;
  std::size_t by_value_ = 0;
};

}  // namespace pappus::coro
