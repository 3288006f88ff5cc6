#pragma once

#include "support/child.hpp"
#include "support/contains.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// The exit status of the harness for words that it doesn't know.
inline constexpr int not_tried = 2;

/// How a program has ended, and what it has said.
struct run_result
{
  std::string out;
  std::string err;
  int status;
};

inline run_result run_to_its_end(const std::vector<std::string>& command, user as = user::same)
{
  child program(command, as);
  auto out = program.read_all(child::out);
  auto err = program.read_all(child::err);
  return {std::move(out), std::move(err), program.wait()};
}

/// Of a text that ends with a line feed.
inline std::string last_line(std::string_view text)
{
  BOOST_REQUIRE(text.ends_with('\n'));
  text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

/// Makes a program out of the lines of a script.
inline void write_program(const std::filesystem::path& file, std::string_view script)
{
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "#!/bin/sh\n" << script << '\n';
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

inline std::string read_whole(const std::filesystem::path& file)
{
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace test
