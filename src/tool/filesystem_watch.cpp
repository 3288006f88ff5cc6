#include "filesystem_watch.hpp"

#include "escape.hpp"
#include <fanio/resolve/mount_table.hpp>

#include <charconv>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

constexpr auto default_events =
    event_mask::open | event_mask::close | event_mask::modify | event_mask::open_exec;

/// Events that no group with descriptors gets.
constexpr auto without_descriptor =
    event_mask::attrib | event_mask::all_dirent | event_mask::delete_self | event_mask::move_self;

/// What the kernel puts behind the path of an object that has lost its name.
constexpr std::string_view deleted_suffix = " (deleted)";

/// Whether the file has no name any more. Some filesystems give live files no links either, so this
/// is asked only where the path says so too.
bool is_unlinked(int fd) noexcept
{
  struct stat status;
  return ::fstat(fd, &status) == 0 && status.st_nlink == 0;
}

} // namespace

filesystem_watch::filesystem_watch(fanotify_handle group, const trace_options& options)
    : watch(std::move(group)),
      descriptors_(::open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC))
{
  const auto events = options.events.value_or(default_events);
  if (has_any(events, without_descriptor))
  {
    throw std::runtime_error(to_string(events & without_descriptor) +
                             ": as root only events of open files are shown, which have a process; "
                             "leave these out, or run it as an ordinary user, who sees them "
                             "without the process");
  }
  mark_paths(options, events);
  mark_mounts(options, events);
}

void filesystem_watch::mark_paths(const trace_options& options, event_mask events)
{
  for (const auto& path : options.paths)
  {
    error_code ec;
    group().add_mark(path, events, ec, mark_target::filesystem);
    if (ec)
    {
      throw std::runtime_error(escape(path) + ": " + ec.message());
    }
    // A mark sees no other filesystem: for those that are mounted below it is not enough.
    std::error_code unknown;
    const auto canonical = std::filesystem::canonical(path, unknown);
    if (unknown)
    {
      throw std::runtime_error(escape(path) + ": " + unknown.message());
    }
    filter_.add(canonical);
    ++places_;
  }
}

void filesystem_watch::mark_mounts(const trace_options& options, event_mask events)
{
  std::set<std::string> marked;               // filesystems: one may be mounted at many places
  std::map<std::string, std::string> refused; // and why
  error_code unreadable;                      // then there is none to mark, which is told
  for (const auto& m : resolve::read_mounts(0, unreadable))
  {
    if (!filter_.admits_below(m.point))
    {
      continue;
    }
    error_code ec;
    group().add_mark(m.point, events, ec, mark_target::filesystem);
    if (ec)
    {
      refused.emplace(m.device, escape(m.point) + " (" + m.type + "): " + ec.message());
    }
    else
    {
      marked.insert(m.device);
    }
  }
  places_ += marked.size();
  if (places_ == 0)
  {
    throw std::runtime_error(refused.empty() ? "/proc/self/mountinfo: it lists no mount"
                                             : refused.begin()->second);
  }
  for (const auto& [device, why] : refused)
  {
    if (options.verbose && !marked.contains(device))
    {
      std::cerr << "fanio trace: passed over " << why << '\n';
    }
  }
}

std::optional<watched_object> filesystem_watch::locate(const event_view& e)
{
  const auto path = path_of(e.fd());
  const bool deleted = path.ends_with(deleted_suffix) && is_unlinked(e.fd());
  const auto name = deleted ? path.substr(0, path.size() - deleted_suffix.size()) : path;
  // What can't be known might have been asked for.
  if (!path.empty() && !filter_.admits(name))
  {
    return std::nullopt;
  }
  return watched_object{e.mask(), path, deleted};
}

std::string_view filesystem_watch::path_of(int fd) noexcept
{
  std::array<char, 16> number{};
  std::to_chars(number.data(), number.data() + number.size() - 1, fd);
  const auto length = ::readlinkat(descriptors_.get(), number.data(), path_.data(), path_.size());
  return length > 0 ? std::string_view(path_.data(), static_cast<std::size_t>(length))
                    : std::string_view();
}

} // namespace fanio::tool
