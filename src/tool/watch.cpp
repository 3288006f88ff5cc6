#include "watch.hpp"

#include "directory_watch.hpp"
#include "filesystem_watch.hpp"

#include <boost/system/system_error.hpp>

#include <iostream>
#include <stdexcept>

namespace fanio::tool {

namespace {

/// A group that reports fds, with pidfds where the kernel has them (5.15).
fanotify_handle open_fd_group(const asio::any_io_executor& executor, error_code& ec)
{
  fanotify_handle group(executor);
  group.open({.flags = init_flags::report_pidfd}, ec);
  if (ec == boost::system::errc::invalid_argument)
  {
    group.open({}, ec);
  }
  return group;
}

} // namespace

std::unique_ptr<watch> open_watch(const asio::any_io_executor& executor,
                                  const trace_options& options)
{
  error_code ec;
  auto group = open_fd_group(executor, ec);
  if (!ec)
  {
    return std::make_unique<filesystem_watch>(std::move(group), options);
  }
  if (ec == boost::system::errc::operation_not_permitted)
  {
    group.open({.flags = init_flags::report_fid | init_flags::report_dfid_name}, ec);
  }
  if (ec == errc::too_many_descriptors)
  {
    throw boost::system::system_error(ec);
  }
  if (ec)
  {
    throw std::runtime_error(ec.message());
  }
  std::cerr << "fanio trace: not privileged: watching the named directories by inode marks; "
               "the kernel does not tell the processes\n";
  return std::make_unique<directory_watch>(std::move(group), options);
}

} // namespace fanio::tool
