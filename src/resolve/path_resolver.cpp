#include "../sys.hpp"
#include "directory_tree.hpp"
#include "handle_of.hpp"
#include "mounted_filesystems.hpp"
#include <fanio/resolve/path_resolver.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <deque>
#include <iterator>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fcntl.h>

namespace fanio::resolve {

namespace {

using entry = directory_tree::entry;

constexpr event_mask arrivals = event_mask::create | event_mask::moved_to;
constexpr event_mask departures = event_mask::delete_ | event_mask::moved_from;

/// What the kernel puts behind the path of an object that has lost its name.
constexpr std::string_view deleted_suffix = " (deleted)";

/// A name in a directory, as an event tells it; the new one of a rename.
struct named_entry
{
  std::optional<file_handle_view> directory;
  std::string_view name;
};

named_entry entry_of(const event_view& e) noexcept
{
  return e.dfid()       ? named_entry{e.dfid(), e.name().value_or("")}
         : e.new_dfid() ? named_entry{e.new_dfid(), e.new_name().value_or("")}
                        : named_entry{std::nullopt, {}};
}

/// Why open_by_handle_at(2) failed, or name_to_handle_at(2).
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

class path_resolver::impl
{
public:
  explicit impl(const path_options& options)
      : options_(options),
        tree_(std::max<std::size_t>(options.max_directories, 1)),
        mounts_(options.process),
        descriptors_(sys::open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC))
  {}

  void learn(const std::filesystem::path& path, error_code& ec);
  void learn(const file_handle_view& directory, std::string_view name,
             const file_handle_view& child);
  void foresee(const event_range& events);
  void update(const event_view& e);
  void end_batch(std::size_t queued);
  error_code resolve(const file_handle_view& directory, std::string_view name, std::string& path);
  error_code resolve(const event_view& e, std::string& path);

  [[nodiscard]] bool is_deleted() const noexcept { return is_deleted_; }

  [[nodiscard]] statistics stats() const noexcept
  {
    return {.directories = tree_.size(),
            .bytes = tree_.bytes(),
            .evictions = tree_.evictions(),
            .asked = asked_,
            .resets = resets_,
            .mount_changes = mounts_.generation()};
  }

private:
  using place = mounted_filesystems::place;

  struct named_place
  {
    file_handle directory;
    std::string name;
  };

  using named_places = std::unordered_map<file_handle, named_place>;

  [[nodiscard]] static named_places places_before(const event_range& events);
  entry* settle(const file_handle& handle, named_places& before);
  void put_learnt(const std::pair<file_handle, std::string>& one);
  void note_certainty() noexcept;
  void forget();
  void arrive(const event_view& e, entry& parent, std::string_view name);
  void depart(const event_view& e, const entry& parent, std::string_view name);

  error_code append_directory(const file_handle_view& handle, std::string& path);
  [[nodiscard]] bool is_certain(const entry& directory) const noexcept;
  error_code ask(const file_handle_view& handle, std::string& path);
  error_code ask_again(const entry& directory, std::string& path);
  error_code ask_at(place& p, const file_handle_view& handle, std::string& path);
  error_code climb(int directory, const file_handle_view& handle, entry*& found,
                   std::string& kernels);
  error_code open_at(place& p, const file_handle_view& handle, unique_fd& fd);
  error_code resolve_file(const file_handle_view& handle, std::string& path);
  error_code read_link(int fd, std::string& path);
  [[nodiscard]] bool leads_to(const std::string& path, const file_handle_view& handle) const;
  void learn_root(place& p, const file_handle_view& of_it);

  path_options options_;
  directory_tree tree_;
  mounted_filesystems mounts_;
  unique_fd descriptors_; ///< /proc/self/fd: half the price of the whole path.
  std::vector<std::pair<file_handle, std::string>> learnt_;
  bool is_deleted_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t resets_ = 0;

  // What the kernel says is of now, and what events say is of their time. A directory that was
  // asked for is where it was said to be only for who has heard of all events before that.
  struct batch
  {
    std::uint64_t number;
    std::uint64_t events; ///< When so many have been told, all that was queued at its end has.
  };

  std::uint64_t events_ = 0; ///< Told by `update`.
  std::uint64_t batch_ = 1;
  std::uint64_t last_certain_batch_ = 0;
  std::deque<batch> uncertain_;
  bool has_asked_ = false; ///< In this batch.
};

// Learning ----------------------------------------------------------------------------------------

void path_resolver::impl::learn(const std::filesystem::path& path, error_code& ec)
{
  const auto handle = handle_of(mounts_.reach(path), ec);
  if (!ec)
  {
    put_learnt(learnt_.emplace_back(handle, path.native()));
  }
}

void path_resolver::impl::put_learnt(const std::pair<file_handle, std::string>& one)
{
  auto& e = tree_.put_root(one.first, one.second);
  e.is_learnt = true;
  e.seen_under = mounts_.generation();
}

void path_resolver::impl::learn(const file_handle_view& directory, std::string_view name,
                                const file_handle_view& child)
{
  if (auto* const parent = tree_.find(directory))
  {
    has_asked_ = true; // what is listed is of now, as what the kernel is asked for
    tree_.put(child, *parent, name, batch_);
  }
}

/// What the user has named stays known where it still is there.
void path_resolver::impl::forget()
{
  ++resets_;
  tree_.clear();
  std::erase_if(learnt_, [this](const auto& one) { return !leads_to(one.second, one.first); });
  std::ranges::for_each(learnt_, [this](const auto& one) { put_learnt(one); });
}

/// Where directories were before the first of the events, as far as these tell: from the last to
/// the first, each undone.
path_resolver::impl::named_places path_resolver::impl::places_before(const event_range& events)
{
  std::vector<event_view> of_directories;
  std::ranges::copy_if(
      events, std::back_inserter(of_directories), [](const event_view& e)
      { return e.is_overflow() || (e.is_directory() && e.fid() && e.dfid() && e.name() != "."); });
  named_places before;
  for (std::size_t i = of_directories.size(); i-- > 0;)
  {
    const auto& e = of_directories[i];
    if (e.is_overflow())
    {
      before.clear(); // whatever was lost may have moved anything
      continue;
    }
    const file_handle handle(*e.fid());
    if (has_any(e.mask(), arrivals))
    {
      before.erase(handle); // or both, in an order that is not known
    }
    else if (has_any(e.mask(), departures))
    {
      before.insert_or_assign(
          handle, named_place{file_handle(*e.dfid()), std::string(e.name().value_or(""))});
    }
  }
  return before;
}

/// Remembers where a directory was, and those above it; null where that is not to be known.
entry* path_resolver::impl::settle(const file_handle& handle, named_places& before)
{
  std::string path;
  entry* known = tree_.find(handle);
  if (known != nullptr && tree_.append_path(*known, path))
  {
    return known;
  }
  const auto found = before.find(handle);
  if (found == before.end())
  {
    return ask(handle, path) ? nullptr : tree_.find(handle);
  }
  const auto where = std::move(found->second);
  before.erase(found); // and so there is an end, whatever the events say
  auto* const parent = settle(where.directory, before);
  const bool is_free = parent != nullptr && tree_.find_at(*parent, where.name) == nullptr;
  return is_free ? &tree_.put(handle, *parent, where.name) : nullptr;
}

void path_resolver::impl::foresee(const event_range& events)
{
  if (!options_.is_updated)
  {
    return; // each path is asked for again, and then leads nowhere
  }
  auto before = places_before(events);
  while (!before.empty())
  {
    const auto handle = before.begin()->first;
    settle(handle, before);
    before.erase(handle);
  }
}

void path_resolver::impl::update(const event_view& e)
{
  ++events_;
  note_certainty();
  if (e.is_overflow())
  {
    forget(); // whatever was lost may have moved anything
    return;
  }
  if (!e.is_directory())
  {
    return;
  }
  if (const auto old = e.old_dfid(); old && !e.new_dfid() && e.fid())
  {
    // Moved to where nobody looks.
    if (auto* const moved = tree_.find(*e.fid()))
    {
      tree_.detach(*moved);
    }
    return;
  }
  const auto [directory, name] = entry_of(e);
  const bool is_rename = e.new_dfid().has_value();
  if (!directory || !(is_rename || has_any(e.mask(), arrivals | departures)) || name == ".")
  {
    return;
  }
  auto* const parent = tree_.find(*directory);
  const bool arrives = is_rename || has_any(e.mask(), arrivals);
  const bool departs = has_any(e.mask(), departures);
  // It came and was removed while both were queued: a directory is removed once, and at last.
  const bool is_brief = arrives && e.fid() && (e.mask() & departures) == event_mask::delete_;
  if (parent != nullptr && arrives && (!departs || is_brief))
  {
    arrive(e, *parent, name);
    is_brief ? tree_.remove(*tree_.find(*e.fid())) : void();
  }
  else if (auto* const known = e.fid() ? tree_.find(*e.fid()) : nullptr; known != nullptr)
  {
    // It came and went while both were queued, in an order that is not known, or it came to where
    // nothing is known.
    const bool is_gone = departs && !arrives && has_any(e.mask(), event_mask::delete_);
    is_gone ? tree_.remove(*known) : tree_.detach(*known);
  }
  else if (parent != nullptr && departs)
  {
    depart(e, *parent, name);
  }
}

void path_resolver::impl::arrive(const event_view& e, entry& parent, std::string_view name)
{
  if (e.fid())
  {
    tree_.put(*e.fid(), parent, name);
  }
  else if (auto* const other = tree_.find_at(parent, name))
  {
    tree_.detach(*other); // what came has no handle here, but it is not that
  }
}

/// Of an event that has no handle of what went.
void path_resolver::impl::depart(const event_view& e, const entry& parent, std::string_view name)
{
  if (auto* const other = tree_.find_at(parent, name))
  {
    has_any(e.mask(), event_mask::delete_) ? tree_.remove(*other) : tree_.detach(*other);
  }
}

void path_resolver::impl::end_batch(std::size_t queued)
{
  mounts_.let_go();
  mounts_.update();
  if (std::exchange(has_asked_, false))
  {
    uncertain_.push_back({batch_++, events_ + queued});
    note_certainty();
  }
}

void path_resolver::impl::note_certainty() noexcept
{
  while (!uncertain_.empty() && uncertain_.front().events <= events_)
  {
    last_certain_batch_ = uncertain_.front().number;
    uncertain_.pop_front();
  }
}

/// Whether the path of a directory is right without looking. Any change of the mounts may have
/// hidden it.
bool path_resolver::impl::is_certain(const entry& directory) const noexcept
{
  return options_.is_updated && directory.seen_under == mounts_.generation() &&
         directory_tree::last_asked_in(directory) <= last_certain_batch_;
}

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
  if (const auto ec = append_directory(directory, path))
  {
    path.clear();
    return ec;
  }
  if (!name.empty() && name != ".")
  {
    path += path.ends_with('/') ? "" : "/";
    path += name;
  }
  return {};
}

error_code path_resolver::impl::append_directory(const file_handle_view& handle, std::string& path)
{
  entry* directory = tree_.find(handle);
  if (directory == nullptr || !tree_.append_path(*directory, path))
  {
    return ask(handle, path);
  }
  if (!is_certain(*directory))
  {
    if (!leads_to(path, handle))
    {
      return ask_again(*directory, path);
    }
    directory->seen_under = mounts_.generation();
  }
  is_deleted_ = directory_tree::is_deleted(*directory);
  return {};
}

/// Of a directory whose path does not lead to it. If it is gone, it was where it is said to have
/// been, in that which is still there.
error_code path_resolver::impl::ask_again(const entry& directory, std::string& path)
{
  const file_handle handle = directory.handle;
  const entry* top = directory.is_root ? &directory : directory.parent;
  while (!top->is_root && top->asked_in <= last_certain_batch_)
  {
    top = top->parent;
  }
  const file_handle above = top->handle;
  std::string above_path;
  tree_.append_path(*top, above_path);

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

bool path_resolver::impl::leads_to(const std::string& path, const file_handle_view& handle) const
{
  error_code ec;
  return handle_at(AT_FDCWD, mounts_.reach(path).c_str(), handle.fsid(), 0, ec).view() == handle;
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

// Asking ------------------------------------------------------------------------------------------

error_code path_resolver::impl::ask(const file_handle_view& handle, std::string& path)
{
  ++asked_;
  has_asked_ = true;
  mounts_.update();
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
  }
  error_code ec = errc::stale;
  entry* found = nullptr;
  std::string kernels;
  // Once more where it was moved on the way.
  for (int attempt = 0; attempt < 8 && ec == errc::stale; ++attempt)
  {
    ec = climb(directory.get(), handle, found, kernels);
  }
  if (ec)
  {
    return ec;
  }
  if (tree_.append_path(*found, path) && leads_to(path, handle))
  {
    found->seen_under = mounts_.generation();
    return {};
  }
  // What it is in was moved meanwhile, of which nothing was heard yet; or it can't be seen.
  tree_.detach(*found);
  path = kernels;
  return leads_to(path, handle) ? error_code() : error_code(errc::hidden);
}

/// The root of the mount, with the fsid that the events of this object have.
void path_resolver::impl::learn_root(place& p, const file_handle_view& of_it)
{
  const file_handle_view root(of_it.fsid(), p.root.type(), p.root.bytes());
  const auto* const known = tree_.find(root);
  if (known == nullptr || !known->is_learnt)
  {
    tree_.put_root(root, p.where.point).seen_under = mounts_.generation();
  }
}

/// Goes up from a directory to the first whose path is known, and remembers those in between. Their
/// names are those at the end of the kernel's path, if that was the same before and after.
error_code path_resolver::impl::climb(int directory, const file_handle_view& handle, entry*& found,
                                      std::string& kernels)
{
  std::string& before = kernels;
  std::string path;
  if (const auto ec = read_link(directory, before))
  {
    return ec;
  }
  std::vector<file_handle> unknown;
  unique_fd above;
  file_handle next(handle);
  entry* known = tree_.find(next);
  while (known == nullptr || !tree_.append_path(*known, path))
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
    known = &tree_.put(unknown[i], *known, names[i], batch_);
  }
  found = known;
  return {};
}

/// A file without the name of its directory: by whichever of its names the kernel knows.
error_code path_resolver::impl::resolve_file(const file_handle_view& handle, std::string& path)
{
  mounts_.update();
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
