#include "handle_of.hpp"
#include "path_resolver_impl.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace fanio::resolve {

namespace {

using entry = directory_tree::entry;

constexpr event_mask arrivals = event_mask::create | event_mask::moved_to;
constexpr event_mask departures = event_mask::delete_ | event_mask::moved_from;

} // namespace

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
  e.seen_in = look_++;
}

entry& path_resolver::impl::put(const file_handle_view& handle, entry& parent,
                                std::string_view name, std::uint64_t asked_in)
{
  // Nothing hides it if nothing hides what it is in. That it is there is not seen.
  return tree_.put(handle, parent, name, asked_in, std::min(parent.seen_in, mounts_changed_in_));
}

void path_resolver::impl::learn(const file_handle_view& directory, std::string_view name,
                                const file_handle_view& child)
{
  if (auto* const parent = tree_.find(directory))
  {
    has_asked_ = true; // what is listed is of now, as what the kernel is asked for
    put(child, *parent, name, batch_);
    ++look_;
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
  std::ranges::copy_if(events, std::back_inserter(of_directories),
                       [](const event_view& e)
                       {
                         const bool has_place =
                             (e.dfid() && e.name() != ".") || e.old_dfid() || e.new_dfid();
                         return e.is_overflow() || (e.is_directory() && e.fid() && has_place);
                       });
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
    if (const auto old = e.old_dfid())
    {
      before.insert_or_assign(
          handle, named_place{file_handle(*old), std::string(e.old_name().value_or(""))});
    }
    else if (e.new_dfid() || has_any(e.mask(), arrivals))
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
  if (known != nullptr && directory_tree::append_path(*known, path))
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
  return is_free ? &put(handle, *parent, where.name) : nullptr;
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
  settle_parents(events);
}

/// What comes into a directory that is not known would not be known either, and be gone when it is
/// asked for.
void path_resolver::impl::settle_parents(const event_range& events)
{
  std::unordered_set<file_handle> come; // with events of their own
  named_places none;
  for (const auto& e : events)
  {
    const bool arrives = e.new_dfid() || has_any(e.mask(), arrivals);
    const auto parent =
        e.is_directory() && e.fid() && arrives ? entry_of(e).directory : std::nullopt;
    if (!parent)
    {
      continue;
    }
    come.emplace(*e.fid());
    if (tree_.find(*parent) == nullptr && !come.contains(file_handle(*parent)))
    {
      settle(file_handle(*parent), none);
    }
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
    ++look_;
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
  if (may_lead_elsewhere(e))
  {
    ++look_;
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
  else if (parent != nullptr && departs && !e.fid())
  {
    depart(e, *parent, name);
  }
}

/// Whether a path that was seen to lead to its directory may be another one once this is told. That
/// a directory was made, of which nothing was known, or was removed takes nothing from the others.
bool path_resolver::impl::may_lead_elsewhere(const event_view& e)
{
  constexpr auto moves = event_mask::moved_from | event_mask::moved_to | event_mask::rename;
  return has_any(e.mask(), moves) || !e.fid() ||
         (has_any(e.mask(), event_mask::create) && tree_.find(*e.fid()) != nullptr);
}

void path_resolver::impl::arrive(const event_view& e, entry& parent, std::string_view name)
{
  if (e.fid())
  {
    const auto* const known = tree_.find(*e.fid());
    const bool was_removed = known != nullptr && known->is_deleted; // as told by a merged event
    auto& arrived = put(*e.fid(), parent, name, comes_again(e) ? batch_ : 0);
    was_removed ? tree_.remove(arrived) : void();
  }
  else if (auto* const other = tree_.find_at(parent, name))
  {
    tree_.detach(*other); // what came has no handle here, but it is not that
  }
}

/// Whether a directory is renamed to where it was before, and the event that told that it had left
/// may have been queued still: if it is renamed once more as it was then, the kernel merges that
/// with the first. So where it is now is to be asked.
bool path_resolver::impl::comes_again(const event_view& e)
{
  if (!e.old_dfid() || !e.new_dfid())
  {
    return false;
  }
  const auto departure_from = [&e](const file_handle_view& directory, std::string_view name)
  { return departure{file_handle(*e.fid()), file_handle(directory), std::string(name)}; };
  departed_.insert(departure_from(*e.old_dfid(), e.old_name().value_or("")));
  const auto now = departure_from(*e.new_dfid(), e.new_name().value_or(""));
  const bool is_again = departed_.contains(now) || departed_before_.contains(now);
  has_asked_ = has_asked_ || is_again; // or the batch would not be waited for
  return is_again;
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
  update_mounts();
  forget_departures(queued);
  if (std::exchange(has_asked_, false))
  {
    uncertain_.push_back({batch_++, events_ + queued});
    note_certainty();
  }
}

void path_resolver::impl::update_mounts()
{
  const auto before = mounts_.generation();
  mounts_.update();
  if (mounts_.generation() != before)
  {
    mounts_changed_in_ = look_ + 1;
    look_ += 2;
  }
}

/// What is told from here on was queued when the departures of before had been read, but for what
/// is queued now.
void path_resolver::impl::forget_departures(std::size_t queued)
{
  if (events_ >= departures_end_)
  {
    departed_before_ = std::exchange(departed_, {});
    departures_end_ = events_ + queued;
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

/// Whether the path of a directory was seen to lead to it since anything has changed.
bool path_resolver::impl::was_looked_at(const entry& directory) const noexcept
{
  return options_.is_updated && directory.seen_in == look_;
}

/// Whether the path of a directory is right without looking. Any change of the mounts may have
/// hidden it.
bool path_resolver::impl::is_certain(const entry& directory,
                                     const directory_tree::place& where) const noexcept
{
  return options_.is_updated && directory.seen_in >= mounts_changed_in_ &&
         where.last_asked_in <= last_certain_batch_;
}

} // namespace fanio::resolve
