#pragma once

#include <fanio/event_view.hpp>
#include <fanio/unique_fd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fanio::tool {

/// Names of processes (/proc/PID/comm) for the events of one read.
class process_names
{
public:
  process_names();

  /// Forgets all, for a name holds only now: processes end, and their ids are used again.
  void forget() noexcept { names_.clear(); }

  /// The name of the process of an event, valid until `forget`. Empty if it is not to be known: a
  /// process that is gone, or of another pid namespace.
  ///
  /// Where the event has a pidfd, it is certain that the name is not that of a later process with
  /// the same id.
  [[nodiscard]] std::string_view of(const event_view& e);

private:
  [[nodiscard]] std::string read(std::int32_t pid) const;

  unique_fd proc_;
  std::unordered_map<std::int32_t, std::string> names_;
};

} // namespace fanio::tool
