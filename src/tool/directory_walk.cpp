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

constexpr int path_only = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// A directory, and both its descriptors.
struct opened
{
  unique_fd fd;     ///< For reading.
  unique_fd unread; ///< With O_PATH, where that is asked for.
  file_handle handle;
};

struct level
{
  std::unique_ptr<DIR, closer> stream;
  unique_fd unread; ///< As in `opened`.
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

namespace {

class walk
{
public:
  walk(const std::string& path, const walk_steps& steps) : where_(path), steps_(steps) {}

  void start(unique_fd directory);
  void go_on();

  [[nodiscard]] bool is_done() const noexcept { return levels_.empty(); }

private:
  void look_at(const dirent& entry);
  void look_at_directory(const char* name);
  static opened open(int at, const char* name, error_code& ec);
  opened open_announced(int at, const char* name, error_code& ec);
  void announce(opened& found, unique_fd unread);
  void enter(opened found);
  void leave();
  void end_reading(const unique_fd& unread, const file_handle& handle);

  std::string where_;
  const walk_steps& steps_;
  std::vector<level> levels_;
};

void walk::start(unique_fd directory)
{
  error_code ec;
  opened found;
  found.fd = std::move(directory);
  found.handle = resolve::handle_of(found.fd.get(), ec);
  unique_fd unread(!ec && steps_.before ? ::openat(found.fd.get(), ".", path_only) : -1);
  if (unread)
  {
    announce(found, std::move(unread));
  }
  ec ? steps_.on_error(where_, ec) : enter(std::move(found));
}

void walk::go_on()
{
  const auto& top = levels_.back();
  where_.resize(top.path_size);
  const auto* const entry = ::readdir(top.stream.get());
  entry != nullptr ? look_at(*entry) : leave();
}

void walk::look_at(const dirent& entry)
{
  const std::string_view name = entry.d_name;
  if (name == "." || name == "..")
  {
    return;
  }
  where_ += where_.ends_with('/') ? "" : "/";
  where_ += name;
  const auto& top = levels_.back();
  if (is_directory(::dirfd(top.stream.get()), entry))
  {
    look_at_directory(entry.d_name);
    return;
  }
  steps_.visit(
      {.directory = top.handle, .name = name, .path = where_, .fd = -1, .handle = nullptr});
}

void walk::look_at_directory(const char* name)
{
  const int at = ::dirfd(levels_.back().stream.get());
  error_code ec;
  auto found = steps_.before ? open_announced(at, name, ec) : open(at, name, ec);
  if (ec && !is_over(ec))
  {
    steps_.on_error(where_, ec);
  }
  const auto& directory = levels_.back().handle;
  if (!ec && steps_.visit({.directory = directory,
                           .name = name,
                           .path = where_,
                           .fd = found.fd.get(),
                           .handle = &found.handle}))
  {
    enter(std::move(found));
    return;
  }
  found.fd.reset();
  end_reading(found.unread, found.handle);
}

opened walk::open(int at, const char* name, error_code& ec)
{
  opened found;
  found.fd = open_directory(at, name, false, ec);
  if (!ec)
  {
    found.handle = resolve::handle_of(found.fd.get(), ec);
  }
  return found;
}

opened walk::open_announced(int at, const char* name, error_code& ec)
{
  opened found;
  unique_fd unread(::openat(at, name, path_only));
  if (!unread)
  {
    ec = last_error();
    return found;
  }
  found.handle = resolve::handle_of(unread.get(), ec);
  if (!ec)
  {
    announce(found, std::move(unread));
    found.fd = open_directory(found.unread.get(), ".", false, ec);
  }
  return found;
}

void walk::announce(opened& found, unique_fd unread)
{
  found.unread = std::move(unread);
  steps_.before(found.unread.get(), found.handle, where_);
}

void walk::enter(opened found)
{
  error_code ec;
  auto stream = open_stream(std::move(found.fd), ec);
  if (ec)
  {
    steps_.on_error(where_, ec);
    end_reading(found.unread, found.handle);
    return;
  }
  levels_.push_back({std::move(stream), std::move(found.unread), found.handle, where_.size()});
}

void walk::leave()
{
  auto& top = levels_.back();
  top.stream.reset();
  end_reading(top.unread, top.handle);
  levels_.pop_back();
}

void walk::end_reading(const unique_fd& unread, const file_handle& handle)
{
  if (unread && steps_.after)
  {
    steps_.after(unread.get(), handle, where_);
  }
}

} // namespace

void walk_directory(unique_fd directory, const std::string& path, const walk_steps& steps)
{
  walk w(path, steps);
  w.start(std::move(directory));
  while (!w.is_done())
  {
    w.go_on();
  }
}

} // namespace fanio::tool
