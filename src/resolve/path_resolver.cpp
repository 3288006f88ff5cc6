#include "../sys.hpp"
#include "path_resolver_impl.hpp"

#include <algorithm>

#include <fcntl.h>

namespace fanio::resolve {

namespace {

using entry = directory_tree::entry;

} // namespace

named_entry entry_of(const event_view& e) noexcept
{
  if (const auto directory = e.dfid())
  {
    return {directory, e.name().value_or("")};
  }
  const auto directory = e.new_dfid();
  return {directory, directory ? e.new_name().value_or("") : ""};
}

path_resolver::impl::impl(const path_options& options)
    : options_(options),
      tree_(std::max<std::size_t>(options.max_directories, 1)),
      mounts_(options.process),
      descriptors_(sys::open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC))
{}

// Telling -----------------------------------------------------------------------------------------

error_code path_resolver::impl::resolve(const event_view& e, std::string& path)
{
  path.clear();
  is_deleted_ = false;
  if (const auto [directory, name] = entry_of(e); directory)
  {
    return resolve(*directory, name, path);
  }
  if (const auto old = e.old_dfid())
  {
    return resolve(*old, e.old_name().value_or(""), path);
  }
  if (const auto fid = e.fid(); fid && fid->is_valid())
  {
    return e.is_directory() || tree_.find(*fid) != nullptr ? resolve(*fid, "", path)
                                                           : resolve_file(*fid, path);
  }
  return e.fd() >= 0 ? read_link(e.fd(), path) : error_code(errc::no_object);
}

error_code path_resolver::impl::resolve(const file_handle_view& directory, std::string_view name,
                                        std::string& path)
{
  path.clear();
  is_deleted_ = false;
  const auto entry_name = name == "." ? std::string_view() : name;
  auto* const known = tree_.find(directory);
  const auto where = known != nullptr ? directory_tree::place_of(*known) : directory_tree::place();
  if (where.root != nullptr && (is_certain(*known, where) || was_looked_at(*known)))
  {
    is_deleted_ = where.is_deleted;
    directory_tree::append_path(*known, where, entry_name, path);
    return {};
  }
  if (const auto ec =
          where.root != nullptr ? look_again(*known, where, path) : ask(directory, path))
  {
    path.clear();
    return ec;
  }
  if (!entry_name.empty())
  {
    path += path.ends_with('/') ? "" : "/";
    path += entry_name;
  }
  return {};
}

/// Of a directory whose path may not lead to it any more.
error_code path_resolver::impl::look_again(entry& directory, const directory_tree::place& where,
                                           std::string& path)
{
  directory_tree::append_path(directory, where, {}, path);
  if (!leads_to(path, tree_.handle_of(directory)))
  {
    return ask_again(directory, path);
  }
  directory.seen_in = look_;
  is_deleted_ = where.is_deleted;
  return {};
}

/// Of a directory whose path does not lead to it. If it is gone, it was where it is said to have
/// been, in that which is still there.
error_code path_resolver::impl::ask_again(const entry& directory, std::string& path)
{
  const file_handle handle(tree_.handle_of(directory));
  const entry* top = directory.is_root ? &directory : directory.parent;
  while (!top->is_root && top->asked_in <= last_certain_batch_)
  {
    top = top->parent;
  }
  const file_handle above(tree_.handle_of(*top));
  std::string above_path;
  directory_tree::append_path(*top, above_path);

  std::string of_now;
  auto ec = ask(handle, of_now);
  if (ec != errc::stale || above == handle || !leads_to(above_path, above))
  {
    path = of_now;
    return ec;
  }
  is_deleted_ = true;
  return {};
}

// path_resolver -----------------------------------------------------------------------------------

path_resolver::path_resolver(const path_options& options) : impl_(std::make_unique<impl>(options))
{}

path_resolver::path_resolver(path_resolver&&) noexcept = default;
path_resolver& path_resolver::operator=(path_resolver&&) noexcept = default;
path_resolver::~path_resolver() = default;

void path_resolver::learn(const std::filesystem::path& path, error_code& ec)
{
  impl_->learn(path, ec);
}

void path_resolver::learn(const file_handle_view& directory, std::string_view name,
                          const file_handle_view& child)
{
  impl_->learn(directory, name, child);
}

void path_resolver::foresee(const event_range& events)
{
  impl_->foresee(events);
}

void path_resolver::update(const event_view& e)
{
  impl_->update(e);
}

void path_resolver::end_batch(std::size_t queued)
{
  impl_->end_batch(queued);
}

bool path_resolver::wants_queued() const noexcept
{
  return impl_->wants_queued();
}

error_code path_resolver::resolve(const event_view& e, std::string& path)
{
  return impl_->resolve(e, path);
}

error_code path_resolver::resolve_old(const event_view& e, std::string& path)
{
  path.clear();
  const auto old = e.old_dfid();
  return old ? impl_->resolve(*old, e.old_name().value_or(""), path) : error_code(errc::no_object);
}

error_code path_resolver::resolve(const file_handle_view& directory, std::string_view name,
                                  std::string& path)
{
  return impl_->resolve(directory, name, path);
}

bool path_resolver::is_deleted() const noexcept
{
  return impl_->is_deleted();
}

path_resolver::statistics path_resolver::stats() const noexcept
{
  return impl_->stats();
}

} // namespace fanio::resolve
