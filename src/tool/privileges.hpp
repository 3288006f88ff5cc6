#pragma once

#include <fanio/error.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace fanio::tool {

/// Capabilities by their numbers in capabilities(7): that of number n is bit n.
using capability_set = std::uint64_t;

/// Keeps those of the named capabilities that this thread has, and gives up all others for good:
/// what it executes from here on can't have them either (PR_SET_NO_NEW_PRIVS). The bounding set is
/// left where CAP_SETPCAP is missing. Who has no capabilities stays as he is.
///
/// Each thread has its own: to be called before there are more.
///
/// *Errors*: those of capget(2), prctl(2), capset(2); what was done until then stays done.
void keep_capabilities(capability_set kept, error_code& ec);

/// Whether filesystems are marked also after the start.
enum class later_marks
{
  none,
  filesystems,
};

/// To be called once the marks are set and what is written to is open: gives up what is not needed
/// to read events and to look up paths and processes. If that fails it is told, and no more.
void give_up_privileges(later_marks marks, const std::function<void(const std::string&)>& tell);

} // namespace fanio::tool
