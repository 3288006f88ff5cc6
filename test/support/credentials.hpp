#pragma once

#include <fstream>
#include <grp.h>
#include <string>

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

/// Ways to become somebody else. Only for forked children, which have one thread.
namespace test {

/// Becomes an ordinary user, if it is not one: a user of its own, for some things are counted by
/// user, such as fanotify's groups and the rings of Asio's io_uring backend, which the kernel gives
/// back only some time after their process has ended.
inline void drop_privileges()
{
  constexpr unsigned first_id = 100'000;
  const auto id = first_id + static_cast<unsigned>(::getpid());
  if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setresgid(id, id, id) != 0 ||
                           ::setresuid(id, id, id) != 0))
  {
    ::_exit(99);
  }
}

inline bool write_file(const std::string& path, const std::string& text)
{
  std::ofstream file(path);
  file << text;
  file.close();
  return !file.fail();
}

/// Becomes root of a user namespace of its own; false where that is not to be had.
inline bool enter_user_namespace()
{
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); // else /proc/self is root's after a change of user
  const auto uid = std::to_string(::geteuid());
  const auto gid = std::to_string(::getegid());
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
         write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", "0 " + uid + " 1") &&
         write_file("/proc/self/gid_map", "0 " + gid + " 1");
}

} // namespace test
