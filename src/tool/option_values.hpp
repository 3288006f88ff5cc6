#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace fanio::tool {

/// How the values of an option that has but a few are put together.
enum class value_form
{
  one,
  list,    ///< Several, with commas between.
  letters, ///< Several, with nothing between.
};

struct option_values
{
  value_form form = value_form::one;
  std::vector<std::string> words; ///< None where anything may stand, or a file.
};

/// What may stand behind an option of one of the commands. Not what a shell takes for its own.
[[nodiscard]] option_values values_of(const CLI::Option& option);

} // namespace fanio::tool
