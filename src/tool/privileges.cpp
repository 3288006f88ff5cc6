#include "privileges.hpp"

#include <array>
#include <cerrno>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

constexpr capability_set bit(unsigned capability) noexcept
{
  return capability_set{1} << capability;
}

/// What a thread has, in the halves that capset(2) takes.
using halves = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

__user_cap_header_struct header_of_this_thread() noexcept
{
  return {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
}

error_code last_error() noexcept
{
  return {errno, boost::system::system_category()};
}

/// Has to come first: it takes CAP_SETPCAP.
error_code drop_from_bounding_set(capability_set kept)
{
  // The kernel refuses the first number that it has no capability for.
  for (unsigned n = 0; ::prctl(PR_CAPBSET_READ, n, 0, 0, 0) >= 0; ++n)
  {
    if ((kept & bit(n)) == 0 && ::prctl(PR_CAPBSET_DROP, n, 0, 0, 0) != 0)
    {
      return last_error();
    }
  }
  return {};
}

error_code set_capabilities(halves has, capability_set kept)
{
  for (std::size_t i = 0; i < has.size(); ++i)
  {
    const auto half = static_cast<std::uint32_t>(kept >> (32 * i));
    has.at(i).effective &= half;
    has.at(i).permitted &= half;
    has.at(i).inheritable = 0; // and so there are no ambient ones
  }
  auto header = header_of_this_thread();
  return ::syscall(SYS_capset, &header, has.data()) == 0 ? error_code() : last_error();
}

} // namespace

void keep_capabilities(capability_set kept, error_code& ec)
{
  ec = {};
  auto header = header_of_this_thread();
  halves has{};
  if (::syscall(SYS_capget, &header, has.data()) != 0)
  {
    ec = last_error();
    return;
  }
  if (has[0].permitted == 0 && has[1].permitted == 0)
  {
    return;
  }
  if ((has[0].effective & bit(CAP_SETPCAP)) != 0)
  {
    ec = drop_from_bounding_set(kept);
  }
  if (!ec && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
  {
    ec = last_error();
  }
  if (!ec)
  {
    ec = set_capabilities(has, kept);
  }
}

void give_up_privileges(later_marks marks, const std::function<void(const std::string&)>& tell)
{
  // open_by_handle_at(2) for paths, and /proc of the processes of all users.
  constexpr auto to_look_up = bit(CAP_DAC_READ_SEARCH) | bit(CAP_SYS_PTRACE);
  constexpr auto to_mark = bit(CAP_SYS_ADMIN); // fanotify_mark(2): all but inodes
  error_code ec;
  keep_capabilities(to_look_up | (marks == later_marks::filesystems ? to_mark : 0), ec);
  if (ec)
  {
    tell("Privileges that are not needed are kept: " + ec.message());
  }
}

} // namespace fanio::tool
