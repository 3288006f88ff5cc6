#include "user_programs.hpp"

#include "../harness/process.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace fanio::bench {

namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;

words operator+(words first, const words& second)
{
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

words split(const std::string& text)
{
  std::istringstream rest(text);
  return {std::istream_iterator<std::string>(rest), {}};
}

std::string text_of(const fs::path& file)
{
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// Runs a tool to its end. Returns the CPU seconds that it took, with all that it started.
double run(const words& argv, const fs::path& output)
{
  const auto end =
      process::run(argv, {.core = -1, .output = output}).wait(std::chrono::minutes(10));
  if (!end.is_success())
  {
    throw std::runtime_error(argv.front() + ": " + text_of(output));
  }
  return std::chrono::duration<double>(end.cpu_time).count();
}

/// What size(1) says in its first column, in the second line.
double text_bytes(const std::string& program, const fs::path& output)
{
  run({"size", program}, output);
  std::ifstream told(output);
  std::string heading;
  double bytes = 0;
  if (!std::getline(told, heading) || !(told >> bytes))
  {
    throw std::runtime_error("size told no size: " + text_of(output));
  }
  return bytes;
}

} // namespace

std::vector<user_program> user_programs()
{
  const words flags = split(FANIO_CXX_FLAGS);
  const words cxx = words{FANIO_CXX_COMPILER, "-std=c++20", "-O2"} + flags;
  const words boost{"-I", FANIO_BOOST_INCLUDE};
  const words fanio_includes{"-I", FANIO_INCLUDE};
  // Where it is found if it is a shared one.
  const std::string found_in = std::string("-Wl,-rpath,") + FANIO_LIBRARY_DIRECTORY;
  const words fanio = words{FANIO_LIBRARY, found_in, "-pthread"} + flags;
  return {{"Asio alone, callback", "asio_callback.cpp", cxx + boost, flags},
          {"Asio alone, coroutine", "asio_coroutine.cpp", cxx + boost, flags},
          {"fanio, callback", "callback.cpp", cxx + fanio_includes + boost, fanio},
          {"fanio, coroutine", "coroutine.cpp", cxx + fanio_includes + boost, fanio},
          {"raw C", "raw.c", {FANIO_C_COMPILER, "-O2"}, {}}};
}

std::string why_no_compiler()
{
  for (const std::string tool : {FANIO_CXX_COMPILER, FANIO_C_COMPILER, "size"})
  {
    if (!is_installed(tool))
    {
      return tool + " is not installed";
    }
  }
  return "";
}

building build(const user_program& one, const fs::path& directory)
{
  const std::string source = fs::path(FANIO_COMPILE_SOURCES) / one.source;
  const std::string object = directory / "object.o";
  const std::string program = directory / "program";
  const auto output = directory / "output";
  const auto time = run(one.compiler + words{"-c", source, "-o", object}, output);
  run(words{one.compiler.front(), object} + one.libraries + words{"-o", program}, output);
  return {time, text_bytes(object, output), text_bytes(program, output)};
}

} // namespace fanio::bench
