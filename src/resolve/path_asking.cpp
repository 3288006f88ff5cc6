#include "../sys.hpp"
#include "handle_of.hpp"
#include "path_resolver_impl.hpp"

#include <climits>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include <fcntl.h>

namespace fanio::resolve {

namespace {

using entry = directory_tree::entry;

/// What the kernel puts behind the path of an object that has lost its name.
constexpr std::string_view deleted_suffix = " (deleted)";

/// The names at the end of a path, as many as are asked for; none, if it has not as many.
std::vector<std::string_view> last_names(std::string_view path, std::size_t count)
{
  std::vector<std::string_view> names(count);
  for (auto& name : names)
  {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos || slash + 1 == path.size())
    {
      return {};
    }
    name = path.substr(slash + 1);
    path = path.substr(0, slash);
  }
  return names;
}

} // namespace

error_code explain(int error) noexcept
{
  switch (error)
  {
  case ESTALE:
  case ENOENT:
    return errc::stale;
  case EPERM:
  case EACCES:
    return errc::not_permitted;
  case EOPNOTSUPP:
    return errc::no_handles;
  default:
    return {error, boost::system::system_category()};
  }
}

bool path_resolver::impl::leads_to(const std::string& path, const file_handle_view& handle) const
{
  const auto reached = mounts_.reach(path);
  const char* rest = reached.c_str();
  int at = AT_FDCWD;
  unique_fd above;
  // The kernel takes no more than PATH_MAX at once, and directories may be deeper.
  for (std::string_view left = reached; left.size() >= PATH_MAX; rest = left.data())
  {
    const std::string part(left.substr(0, left.rfind('/', PATH_MAX - 2) + 1));
    above = unique_fd(sys::open_path_at(at, part.c_str()));
    if (!above)
    {
      return false;
    }
    at = above.get();
    left.remove_prefix(part.size());
  }
  error_code ec;
  return handle_at(at, rest, handle.fsid(), 0, ec).view() == handle;
}

/// Where an open file is. The path that the kernel gives a file without a name has a suffix.
error_code path_resolver::impl::read_link(int fd, std::string& path)
{
  std::array<char, 16> number{};
  std::to_chars(number.data(), number.data() + number.size() - 1, fd);
  constexpr std::size_t longest = 4096 + deleted_suffix.size(); // PATH_MAX: the kernel has no more
  path.resize(longest);
  const auto length = sys::readlinkat(descriptors_.get(), number.data(), path);
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  if (length < 0)
  {
    return explain(errno);
  }
  std::uint64_t links = 1;
  if (path.ends_with(deleted_suffix) && sys::links_of(fd, links) == 0 && links == 0)
  {
    path.resize(path.size() - deleted_suffix.size());
    is_deleted_ = true;
  }
  return {};
}

error_code path_resolver::impl::ask(const file_handle_view& handle, std::string& path)
{
  ++asked_;
  has_asked_ = true;
  update_mounts();
  error_code ec = errc::unknown_filesystem;
  for (auto* const p : mounts_.of(handle))
  {
    ec = ask_at(*p, handle, path);
    if (!ec || ec == errc::stale)
    {
      break;
    }
  }
  return ec == errc::not_permitted && tree_.evictions() > 0 ? error_code(errc::evicted) : ec;
}

error_code path_resolver::impl::open_at(place& p, const file_handle_view& handle, unique_fd& fd)
{
  if (!p.opens_handles)
  {
    return errc::no_handles;
  }
  if (!p.fd)
  {
    // A descriptor with O_PATH would not do. Whoever watches the filesystem sees this opening.
    p.fd.reset(sys::open(mounts_.reach(p.where.point).c_str(),
                         O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_DIRECTORY));
    if (!p.fd)
    {
      return explain(errno);
    }
  }
  fd.reset(open_handle(p.fd.get(), handle));
  // Of a directory that is being removed just now; then it is gone.
  for (int attempt = 0; attempt < 3 && !fd && errno == ENOMEM; ++attempt)
  {
    fd.reset(open_handle(p.fd.get(), handle));
  }
  return fd ? error_code() : explain(errno);
}

error_code path_resolver::impl::ask_at(place& p, const file_handle_view& handle, std::string& path)
{
  path.clear();
  unique_fd directory;
  if (const auto ec = open_at(p, handle, directory))
  {
    return ec;
  }
  learn_root(p, handle);
  if (auto* const before = tree_.find(handle))
  {
    tree_.detach(*before);
    ++look_;
  }
  error_code ec = errc::stale;
  // Once more where it was moved on the way.
  for (int attempt = 0; attempt < 8 && ec == errc::stale; ++attempt)
  {
    ec = find_place(directory.get(), handle, path);
  }
  return ec;
}

/// Where a directory is. `stale` where it was moved meanwhile.
error_code path_resolver::impl::find_place(int directory, const file_handle_view& handle,
                                           std::string& path)
{
  entry* found = nullptr;
  std::string kernels;
  path.clear();
  if (const auto ec = climb(directory, handle, found, kernels))
  {
    return ec;
  }
  if (directory_tree::append_path(*found, path) && leads_to(path, handle))
  {
    found->seen_in = look_;
    return {};
  }
  // What it is in was moved meanwhile, of which nothing was heard yet; or it can't be seen.
  tree_.detach(*found);
  ++look_;
  if (leads_to(kernels, handle))
  {
    path = kernels;
    return {};
  }
  const auto ec = read_link(directory, path);
  const bool is_gone = std::exchange(is_deleted_, false);
  return ec || is_gone || path != kernels ? errc::stale : errc::hidden;
}

/// The root of the mount, with the fsid that the events of this object have.
void path_resolver::impl::learn_root(place& p, const file_handle_view& of_it)
{
  const file_handle_view root(of_it.fsid(), p.root.type(), p.root.bytes());
  const auto* const known = tree_.find(root);
  if (known == nullptr || !known->is_learnt)
  {
    auto& e = tree_.put_root(root, p.where.point);
    e.seen_in = std::max(e.seen_in, mounts_changed_in_);
  }
}

/// Remembers a directory in that above it, by the name at the end of the kernel's path. That is
/// right if the path then leads to it, for it has one place only. Null if that above isn't known.
entry* path_resolver::impl::put_below_known(int directory, const file_handle_view& handle,
                                            std::string_view kernels)
{
  error_code ec;
  const auto above = handle_at(directory, "..", handle.fsid(), 0, ec);
  auto* const parent = ec || above == handle ? nullptr : tree_.find(above);
  const auto names = last_names(kernels, 1);
  const bool is_known = parent != nullptr && directory_tree::place_of(*parent).root != nullptr;
  // Who is known there may be the right one: it is not put aside for what is not certain yet.
  const bool is_free =
      is_known && !names.empty() && tree_.find_at(*parent, names.front()) == nullptr;
  return is_free ? &put(handle, *parent, names.front(), batch_) : nullptr;
}

/// Goes up from a directory to the first whose path is known, and remembers those in between.
error_code path_resolver::impl::climb(int directory, const file_handle_view& handle, entry*& found,
                                      std::string& kernels)
{
  if (const auto ec = read_link(directory, kernels))
  {
    return ec;
  }
  const auto* const known = tree_.find(handle);
  const bool has_place = known != nullptr && directory_tree::place_of(*known).root != nullptr;
  found = has_place || is_deleted_ ? nullptr : put_below_known(directory, handle, kernels);
  return found != nullptr ? error_code() : climb_further(directory, handle, found, kernels);
}

/// Through several that are not known. Their names are those at the end of the kernel's path, if
/// that was the same before and after.
error_code path_resolver::impl::climb_further(int directory, const file_handle_view& handle,
                                              entry*& found, const std::string& before)
{
  std::string path;
  std::vector<file_handle> unknown;
  unique_fd above;
  file_handle next(handle);
  entry* known = tree_.find(next);
  while (known == nullptr || !directory_tree::append_path(*known, path))
  {
    if (!unknown.empty() && next == unknown.back())
    {
      return errc::outside_of_mounts; // the root of all is above itself
    }
    unknown.push_back(next);
    above.reset(sys::open_path_at(above ? above.get() : directory, ".."));
    if (!above)
    {
      // The kernel goes up only below the root of the mount.
      return errno == ENOENT ? error_code(errc::outside_of_mounts) : explain(errno);
    }
    error_code ec;
    next = handle_at(above.get(), "", handle.fsid(), AT_EMPTY_PATH, ec);
    if (ec)
    {
      return ec;
    }
    known = tree_.find(next);
  }
  const auto names = last_names(before, unknown.size());
  const auto ec = read_link(directory, path);
  if (ec || std::exchange(is_deleted_, false) || path != before || names.size() != unknown.size())
  {
    return ec ? ec : error_code(errc::stale);
  }
  for (std::size_t i = unknown.size(); i-- > 0;)
  {
    known = &put(unknown[i], *known, names[i], batch_);
  }
  found = known;
  return {};
}

/// A file without the name of its directory: by whichever of its names the kernel knows.
error_code path_resolver::impl::resolve_file(const file_handle_view& handle, std::string& path)
{
  update_mounts();
  error_code ec = errc::unknown_filesystem;
  for (auto* const p : mounts_.of(handle))
  {
    unique_fd file;
    ec = open_at(*p, handle, file);
    ec = ec ? ec : read_link(file.get(), path);
    if (!ec && (is_deleted_ || !leads_to(path, handle)))
    {
      ec = errc::stale;
    }
    if (!ec || ec == errc::stale)
    {
      break;
    }
  }
  if (ec)
  {
    path.clear();
    is_deleted_ = false;
  }
  return ec;
}

} // namespace fanio::resolve
