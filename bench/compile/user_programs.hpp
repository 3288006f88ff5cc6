#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fanio::bench {

/// A user's program: some ten lines that print the names of what is made in a directory.
struct user_program
{
  std::string name;                   ///< In the table.
  std::string source;                 ///< The name of the file.
  std::vector<std::string> compiler;  ///< What compiles it, with all options.
  std::vector<std::string> libraries; ///< What it is linked with.
};

/// Bare Asio, which is what the others are compared with, is the first.
[[nodiscard]] std::vector<user_program> user_programs();

/// Why they can't be built here. Empty if they can.
[[nodiscard]] std::string why_no_compiler();

/// What it takes to build one.
struct building
{
  double cpu_seconds;  ///< Of the compiler, without the linker, with all that it starts.
  double object_bytes; ///< What size(1) calls text.
  double program_bytes;
};

/// Builds it: `directory`/program. *Errors*: throws std::runtime_error with what the compiler says.
building build(const user_program& one, const std::filesystem::path& directory);

} // namespace fanio::bench
