#pragma once

#include "trace_lines.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fanio::tool {

/// Counts the events of a trace by process and by path.
///
/// An event in which the kernel has merged several counts once, and once for each of its types.
class trace_summary
{
public:
  /// Of the names above `max_names` only the sum is kept, of processes and of paths.
  explicit trace_summary(std::size_t max_names = 100'000) noexcept : max_names_(max_names) {}

  void add(const trace_record& record);

  /// Two tables, of the `most` names that have most events each; or an object of JSON a line.
  [[nodiscard]] std::string text(const line_format& format, std::size_t most = 20) const;

private:
  struct counts
  {
    std::uint64_t events = 0;
    std::map<char, std::uint64_t> types;
  };

  using table = std::unordered_map<std::string, counts>;

  void count(table& in, const std::string& name, std::string_view types) const;

  std::size_t max_names_;
  table processes_;
  table paths_;
};

} // namespace fanio::tool
