#include "directory_walk.hpp"

#include <fanio/resolve/handle_of.hpp>

#include <boost/system/errc.hpp>
#include <climits>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace fanio::tool {

namespace {

struct closer
{
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

struct level
{
  std::unique_ptr<DIR, closer> stream;
  file_handle handle;
  std::size_t path_size; ///< Of the path of the directory.
};

error_code last_error() noexcept
{
  return {errno, boost::system::system_category()};
}

bool is_directory(int at, const dirent& entry) noexcept
{
  if (entry.d_type != DT_UNKNOWN)
  {
    return entry.d_type == DT_DIR;
  }
  struct stat status;
  return ::fstatat(at, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

/// Gone, or no directory any more.
bool is_over(const error_code& ec) noexcept
{
  namespace errc = boost::system::errc;
  return ec == errc::no_such_file_or_directory || ec == errc::not_a_directory ||
         ec == errc::too_many_symbolic_link_levels;
}

std::unique_ptr<DIR, closer> open_stream(unique_fd fd, error_code& ec)
{
  std::unique_ptr<DIR, closer> stream(::fdopendir(fd.get()));
  ec = stream ? error_code() : last_error();
  if (stream)
  {
    static_cast<void>(fd.release());
  }
  return stream;
}

} // namespace

unique_fd open_directory(int at, const char* name, bool follow_links, error_code& ec)
{
  const int flags =
      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (follow_links ? 0 : O_NOFOLLOW);
  unique_fd above;
  // The kernel takes no more than PATH_MAX at once, and directories may be deeper.
  for (std::string_view rest = name; rest.size() >= PATH_MAX; name = rest.data())
  {
    const std::string part(rest.substr(0, rest.rfind('/', PATH_MAX - 2) + 1));
    unique_fd next(part.empty() ? -1
                                : ::openat(at, part.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!next)
    {
      ec = part.empty() ? error_code(ENAMETOOLONG, boost::system::system_category()) : last_error();
      return next;
    }
    above = std::move(next);
    at = above.get();
    rest.remove_prefix(part.size());
  }
  unique_fd fd(::openat(at, name, flags));
  ec = fd ? error_code() : last_error();
  return fd;
}

void walk_directory(unique_fd directory, const std::string& path,
                    const std::function<bool(const walked_entry&)>& visit,
                    const std::function<void(const std::string& path, error_code)>& on_error)
{
  auto where = path;
  std::vector<level> levels;
  const auto enter = [&](unique_fd fd, const file_handle& handle)
  {
    error_code ec;
    auto stream = open_stream(std::move(fd), ec);
    ec ? on_error(where, ec) : levels.push_back({std::move(stream), handle, where.size()});
  };
  error_code unknown;
  const auto top_handle = resolve::handle_of(directory.get(), unknown);
  unknown ? on_error(where, unknown) : enter(std::move(directory), top_handle);
  while (!levels.empty())
  {
    const auto& top = levels.back();
    where.resize(top.path_size);
    const auto* const entry = ::readdir(top.stream.get());
    if (entry == nullptr)
    {
      levels.pop_back();
      continue;
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..")
    {
      continue;
    }
    where += where.ends_with('/') ? "" : "/";
    where += name;
    const int at = ::dirfd(top.stream.get());
    if (!is_directory(at, *entry))
    {
      visit({.directory = top.handle, .name = name, .path = where, .fd = -1, .handle = nullptr});
      continue;
    }
    error_code ec;
    auto fd = open_directory(at, entry->d_name, false, ec);
    const auto handle = ec ? file_handle() : resolve::handle_of(fd.get(), ec);
    if (ec)
    {
      if (!is_over(ec))
      {
        on_error(where, ec);
      }
      continue;
    }
    if (visit({.directory = top.handle,
               .name = name,
               .path = where,
               .fd = fd.get(),
               .handle = &handle}))
    {
      enter(std::move(fd), handle);
    }
  }
}

} // namespace fanio::tool
