// What the library does when a program uses it in a way that cannot work.
#pragma once

namespace pappus {

/// Prints one line on the standard error output, `pappus: ` and `what`, and terminates. `what` names the function or
/// the object, and what is wrong. For faults of the program that cannot be reported as an error: those of a destructor,
/// or that would corrupt memory later.
[[noreturn]] void misuse(const char* what) noexcept;

}  // namespace pappus
