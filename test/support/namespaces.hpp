#pragma once

#include "credentials.hpp"
#include "forked.hpp"
#include "mounts.hpp"
#include "requires.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>

#include <cerrno>
#include <system_error>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Ways to be somebody with some privilege. Only for forked children.
namespace test {

/// As `enter_user_namespace`, or throws. What is mounted from here on is this child's alone.
inline void become_root_of_a_user_namespace()
{
  if (!enter_user_namespace())
  {
    throw std::system_error(errno, std::system_category(), "a user namespace");
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
  {
    throw std::system_error(errno, std::system_category(), "private mounts");
  }
}

/// Becomes a user of its own, as `drop_privileges`, and keeps what root may do.
inline void become_a_capable_user()
{
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct may[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, may) != 0 || ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
  {
    throw std::system_error(errno, std::system_category(), "keeping capabilities");
  }
  drop_privileges();
  for (auto& word : may)
  {
    word.effective = word.permitted;
  }
  if (::syscall(SYS_capset, &header, may) != 0)
  {
    throw std::system_error(errno, std::system_category(), "capset");
  }
}

/// A precondition: groups of file handles for everybody (5.13).
inline boost::test_tools::assertion_result has_groups_for_users(boost::unit_test::test_unit_id)
{
  forked process(
      []
      {
        drop_privileges();
        boost::asio::io_context context;
        fanio::fanotify_handle group(context);
        fanio::error_code ec;
        group.open({.flags = fanio::init_flags::report_fid}, ec);
        return ec ? 1 : 0;
      });
  return needs(process.result() == 0, "groups of file handles for ordinary users");
}

/// A precondition: namespaces, and groups in them.
inline boost::test_tools::assertion_result has_user_namespaces(boost::unit_test::test_unit_id id)
{
  if (const auto groups = has_groups_for_users(id); !groups)
  {
    return groups;
  }
  forked process(
      []
      {
        drop_privileges();
        return enter_user_namespace() ? 0 : 1;
      });
  return needs(process.result() == 0, "user namespaces for ordinary users");
}

} // namespace test
