#include "watch_roots.hpp"

#include "directory_walk.hpp"
#include "escape.hpp"
#include "paths.hpp"
#include <fanio/resolve/handle_of.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

namespace fanio::tool {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why)
{
  throw std::runtime_error(escape(path) + ": " + why);
}

/// Without links and dots; of a link that is watched itself, that of its directory and its name.
std::string canonical_path(const std::string& given, bool follow_links)
{
  std::error_code ec;
  const fs::path path = given;
  const bool is_link = !follow_links && fs::is_symlink(path, ec);
  const auto canonical =
      is_link ? fs::canonical(fs::absolute(path, ec).parent_path(), ec) / path.filename()
              : fs::canonical(path, ec);
  if (ec)
  {
    refuse(given, ec.message());
  }
  return canonical.native();
}

} // namespace

std::string own_name(const watch_root& r)
{
  return !r.is_directory ? r.given : r.path.ends_with('/') ? r.path : r.path + "/";
}

watch_roots::watch_roots(const watch_scope& scope)
{
  for (const auto& path : scope.paths)
  {
    add(path, scope.follow_links);
  }
  for (const auto& path : scope.excluded)
  {
    exclude(path);
  }
}

void watch_roots::add(const std::string& given, bool follow_links)
{
  const auto path = canonical_path(given, follow_links);
  const unique_fd fd(::open(path.c_str(), O_PATH | O_CLOEXEC | (follow_links ? 0 : O_NOFOLLOW)));
  struct stat status;
  if (!fd || ::fstat(fd.get(), &status) != 0)
  {
    refuse(given, std::generic_category().message(errno));
  }
  error_code ec;
  const auto handle = resolve::handle_of(fd.get(), ec);
  if (ec)
  {
    refuse(given, ec.message());
  }
  const auto is_same = [&handle](const watch_root& r) { return r.handle == handle; };
  if (std::ranges::none_of(roots_, is_same))
  {
    roots_.push_back({.given = given,
                      .path = path,
                      .handle = handle,
                      .found = path,
                      .is_directory = S_ISDIR(status.st_mode)});
  }
}

void watch_roots::exclude(const std::string& given)
{
  std::error_code ec;
  auto path = fs::weakly_canonical(given, ec);
  if (ec)
  {
    refuse(given, ec.message());
  }
  path = path.has_filename() ? path : path.parent_path(); // "dir/"
  // What is named both ways is watched.
  const auto is_it = [&path](const watch_root& r) { return r.path == path.native(); };
  if (std::ranges::none_of(roots_, is_it))
  {
    excluded_.push_back(path.native());
  }
}

watch_root* watch_roots::of(const event_view& e)
{
  // A directory's own events name it as "." in itself.
  const auto object = e.name() == "." ? e.dfid() : e.fid();
  const auto is_it = [&object](const watch_root& r)
  { return object && *object == r.handle.view(); };
  const auto found = std::ranges::find_if(roots_, is_it);
  return found == roots_.end() ? nullptr : &*found;
}

bool watch_roots::is_inner(const watch_root& r) const
{
  const auto has_it = [&r](const watch_root& other)
  { return &other != &r && other.is_directory && is_at_or_below(r.path, other.path); };
  return std::ranges::any_of(roots_, has_it);
}

bool watch_roots::locate(std::string& directory) const
{
  const watch_root* nearest = nullptr;
  for (const auto& r : roots_)
  {
    const bool is_nearer = nearest == nullptr || r.found.size() > nearest->found.size();
    if (r.is_directory && is_at_or_below(directory, r.found) && is_nearer)
    {
      nearest = &r;
    }
  }
  if (nearest != nullptr && nearest->found != nearest->path)
  {
    const auto rest = directory.substr(nearest->found.size());
    directory = nearest->path + (rest.starts_with('/') || rest.empty() ? "" : "/") + rest;
  }
  return nearest != nullptr;
}

bool watch_roots::is_excluded(std::string_view path) const
{
  return std::ranges::any_of(excluded_,
                             [path](const std::string& top) { return is_at_or_below(path, top); });
}

} // namespace fanio::tool
