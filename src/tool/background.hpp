#pragma once

#include <fanio/unique_fd.hpp>

#include <string>

namespace fanio::tool {

/// Says something on stderr, or to syslog(3), where nobody looks at that.
void tell_user(const std::string& text, bool by_syslog);

/// Makes this process one of the background. The one that was started waits for it to be ready, so
/// that what goes wrong before can still be told, and ends with the status of that.
class background
{
public:
  /// Goes on in another process. *Errors*: throws `std::system_error`.
  background();

  /// It is ready: the one that waits ends, and the terminal and the working directory are left.
  void detach();

private:
  unique_fd ready_;
};

} // namespace fanio::tool
