// Marks a parameter that the returned object refers to: Clang then warns when that object outlives a temporary
// argument.
#pragma once

/// Written after the parameter's name. Empty for compilers that do not have the attribute.
#if defined(__clang__)
#define PAPPUS_LIFETIME_BOUND [[clang::lifetimebound]]
#else
#define PAPPUS_LIFETIME_BOUND
#endif
