#include "watch.hpp"

#include "directory_watch.hpp"
#include "filesystem_marks.hpp"

#include <boost/system/system_error.hpp>

#include <iostream>
#include <stdexcept>

namespace fanio::tool {

namespace {

/// Whether this user may have groups with pids and descriptors, and so all the others.
bool is_privileged(const asio::any_io_executor& executor)
{
  error_code ec;
  fanotify_handle group(executor);
  group.open({}, ec);
  if (ec == errc::too_many_descriptors)
  {
    throw boost::system::system_error(ec);
  }
  if (ec && ec != boost::system::errc::operation_not_permitted)
  {
    throw std::runtime_error(ec.message());
  }
  return !ec;
}

std::unique_ptr<watch> open_unprivileged(const asio::any_io_executor& executor,
                                         const trace_options& options)
{
  if (options.processes.needs_processes())
  {
    throw std::runtime_error("not privileged: the kernel does not tell the processes, so nothing "
                             "can be shown by them; leave these options out, or run it as root");
  }
  std::cerr << "fanio trace: not privileged: watching the named directories by inode marks; "
               "the kernel does not tell the processes\n";
  error_code ec;
  fanotify_handle group(executor);
  group.open({.flags = init_flags::report_fid | init_flags::report_dfid_name}, ec);
  if (ec == errc::too_many_descriptors)
  {
    throw boost::system::system_error(ec);
  }
  if (ec)
  {
    throw std::runtime_error(ec.message());
  }
  return std::make_unique<directory_watch>(std::move(group), options);
}

} // namespace

event_mask events_of(const trace_options& options) noexcept
{
  constexpr auto usual = event_mask::access | event_mask::close | event_mask::modify |
                         event_mask::open | event_mask::create | event_mask::delete_ |
                         event_mask::move;
  return options.events.value_or(usual | options.types.value_or(event_mask{}));
}

watched open_watches(const asio::any_io_executor& executor, const trace_options& options)
{
  watched all;
  if (!is_privileged(executor))
  {
    all.groups.push_back(open_unprivileged(executor, options));
    return all;
  }
  const auto marks = std::make_shared<filesystem_marks>(executor, options);
  all.groups = marks->take();
  if (marks->follows_mounts())
  {
    all.mark_mounted = [marks] { marks->mark_mounted(); };
  }
  return all;
}

} // namespace fanio::tool
