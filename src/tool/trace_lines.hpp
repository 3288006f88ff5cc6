#pragma once

#include <fanio/event_mask.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace fanio::tool {

/// What is told of one event.
struct trace_record
{
  event_mask mask{};
  std::int32_t pid = 0;     ///< 0: not known.
  std::string_view process; ///< Empty: not known.
  std::string_view path;    ///< Empty: not known.
  bool deleted = false;
  std::string error; ///< Why the path is not known; empty if there is nothing to say.
};

/// The lines of the events of one read: for people, or each a JSON object.
class trace_lines
{
public:
  explicit trace_lines(bool json) : json_(json) {}

  /// Starts anew. The kernel does not tell when an event happened; `when` is when it was read.
  void start(std::chrono::system_clock::time_point when);

  void add(const trace_record& record);

  /// Tells that events are missing here. `mask` is that of the event that says so, if one does.
  void add_gap(event_mask mask, std::string_view what);

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
  bool json_;
  std::string time_;
  std::string text_;
};

} // namespace fanio::tool
