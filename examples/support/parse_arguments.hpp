// Parses the arguments of a program with CLI11.
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "run_main.hpp"

namespace examples {

/// Nothing if the arguments were understood.
[[nodiscard]] inline std::optional<early_exit> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    return early_exit{0, app.help()};
  } catch (const CLI::CallForVersion& asked) {
    return early_exit{0, std::string{asked.what()} + '\n'};
  } catch (const CLI::ParseError& wrong) {
    return bad_usage(wrong.what());
  }
}

}  // namespace examples
