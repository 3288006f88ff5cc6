#include "pipeline.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace fanio::tool {

namespace {

/// Above so many the answers are forgotten.
constexpr std::size_t most_answers = 10'000;

/// Which pipe a standard descriptor of a process is, as a directory of /proc tells it; empty, if it
/// is none, or not to be known.
std::string pipe_of(const std::filesystem::path& process, const char* descriptor)
{
  std::error_code unknown;
  auto link = std::filesystem::read_symlink(process / "fd" / descriptor, unknown).string();
  return link.starts_with("pipe:") ? link : std::string();
}

bool is_process(const std::filesystem::path& directory)
{
  const auto name = directory.filename().native();
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

/// What all processes write whose standard input is this pipe.
std::vector<std::string> outputs_of_readers(const std::string& pipe)
{
  std::vector<std::string> outputs;
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry("/proc", ignored), end; entry != end;
       entry.increment(ignored))
  {
    if (is_process(entry->path()) && pipe_of(entry->path(), "0") == pipe)
    {
      outputs.push_back(pipe_of(entry->path(), "1"));
    }
  }
  return outputs;
}

} // namespace

pipeline::pipeline() : output_(pipe_of("/proc/self", "1")) {}

bool pipeline::has(const resolve::process& p)
{
  if (output_.empty() || !p.start_time)
  {
    return false;
  }
  if (known_.size() >= most_answers)
  {
    known_.clear();
  }
  auto& known = known_[p.pid];
  if (known.start_time != *p.start_time)
  {
    known = {*p.start_time, is_reader(p.pid)};
  }
  return known.is_reader;
}

bool pipeline::is_reader(pid_t pid) const
{
  const auto input = pipe_of("/proc/" + std::to_string(pid), "0");
  if (input.empty())
  {
    return false;
  }
  std::vector<std::string> pipes{output_};
  for (std::size_t i = 0; i < pipes.size(); ++i)
  {
    if (pipes[i] == input)
    {
      return true;
    }
    for (auto& output : outputs_of_readers(std::string(pipes[i])))
    {
      if (!output.empty() && std::ranges::find(pipes, output) == pipes.end())
      {
        pipes.push_back(std::move(output));
      }
    }
  }
  return false;
}

} // namespace fanio::tool
