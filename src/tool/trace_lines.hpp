#pragma once

#include <fanio/event_mask.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace fanio::tool {

enum class colour_mode
{
  automatic, ///< On a terminal.
  always,
  never,
};

/// What is told of an event, and in which form.
struct line_format
{
  bool json = false;
  int timestamps = 0;   ///< 1: the time of day, 2: seconds since 1970.
  bool users = false;   ///< The user and the group of a process.
  bool exe = false;     ///< What it executes.
  bool parents = false; ///< Its parent, the parent of that, and so on.
  bool cgroups = false; ///< Its cgroup, and the container that it is in.
  bool names = false;   ///< Where an entry came or went, its path, and not that of the directory.
  bool colours = false;
};

/// What is told of a process. What is not known is absent, or empty.
struct told_process
{
  pid_t pid = 0;
  std::string comm;
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
  std::string exe;
  std::string cgroup;
  std::string container;
  std::vector<told_process> parents;
};

/// What is told of one event.
struct trace_record
{
  event_mask mask{};
  told_process process;
  std::string_view path; ///< Empty: not known.
  std::string_view name; ///< Which entry of the directory `path` came or went, if one did.
  bool deleted = false;
  std::string error; ///< Why the path is not known; empty if there is nothing to say.
};

/// The lines of the events of one read: as fatrace prints them, or each a JSON object.
class trace_lines
{
public:
  explicit trace_lines(const line_format& format) : format_(format) {}

  /// Starts anew. The kernel does not tell when an event happened; `when` is when it was read.
  void start(std::chrono::system_clock::time_point when);

  /// As the kernel merges events of one process on one object, so are entries of one directory that
  /// came or went one after the other one line, unless their names are told.
  void add(const trace_record& record);

  /// Tells that events are missing here. `mask` is that of the event that says so, if one does.
  void add_gap(event_mask mask, std::string_view what);

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
  void append_stamp();

  [[nodiscard]] bool continues_last(const trace_record& record) const noexcept;

  line_format format_;
  std::chrono::system_clock::time_point when_;
  std::string stamp_; ///< What stands before each line; empty if nothing was asked for.
  std::string text_;

  /// The last line, if it is of entries that came or went.
  struct entries_line
  {
    std::size_t begin = 0;
    event_mask mask{};
    pid_t pid = 0;
    std::string path;
  };

  std::optional<entries_line> last_;
};

} // namespace fanio::tool
