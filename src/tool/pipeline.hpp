#pragma once

#include <fanio/resolve/process_table.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace fanio::tool {

/// The processes that read what this one writes to a pipe, and those that read what these write:
/// `fanio trace | grep x | tee log`. If what they do were shown, they would never come to an end.
///
/// Found by their standard input and output, in /proc.
class pipeline
{
public:
  pipeline();

  /// Whether a process is one of them. Asked once for each: they are there from its start.
  [[nodiscard]] bool has(const resolve::process& p);

private:
  struct answer
  {
    std::uint64_t start_time = 0;
    bool is_reader = false;
  };

  [[nodiscard]] bool is_reader(pid_t pid) const;

  std::string output_; ///< "pipe:[1234]"; empty, if it is none.
  std::unordered_map<pid_t, answer> known_;
};

} // namespace fanio::tool
