#include "allocations.hpp"
#include "board.hpp"
#include "readers.hpp"
#include <fanio/resolve/path_resolver.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

namespace fanio::bench {

namespace {

/// Counts events, as raw/live.c does.
class storm_counter
{
public:
  storm_counter(const fanotify_handle& group, const storm_settings& settings)
      : group_(group),
        finds_paths_(settings.finds_paths),
        board_(map_board(settings.board))
  {}

  void at_events(const event_range& events)
  {
    if (finds_paths_)
    {
      paths_.foresee(events);
    }
    for (const auto e : events)
    {
      count(e);
    }
    if (finds_paths_)
    {
      paths_.end_batch(group_);
    }
    ++counts_.reads;
    show();
  }

  void at_event(const event_view& e)
  {
    count(e);
    show();
  }

private:
  void count(const event_view& e)
  {
    ++counts_.events;
    if (finds_paths_)
    {
      paths_.update(e);
    }
    if (e.is_overflow())
    {
      ++counts_.overflows;
      return;
    }
    const auto length = path_length(e);
    counts_.unresolved += length == 0 ? 1 : 0;
    if (!e.is_directory())
    {
      const auto mask = to_underlying(e.mask());
      const auto changes = static_cast<std::uint64_t>(std::popcount(mask));
      counts_.changes += changes;
      counts_.masks += mask;
      counts_.path_bytes += changes * length;
    }
  }

  [[nodiscard]] std::size_t path_length(const event_view& e)
  {
    if (!finds_paths_)
    {
      return (has_any(e.mask(), event_mask::rename) ? e.new_name() : e.name()).value_or("").size();
    }
    return paths_.resolve(e, path_) ? 0 : path_.size();
  }

  void show()
  {
    counts_.allocations = allocations();
    live_board_show(&board_, &counts_);
  }

  const fanotify_handle& group_;
  bool finds_paths_;
  resolve::path_resolver paths_;
  std::string path_;
  live_board& board_;
  live_counts counts_{};
};

} // namespace

void read_storm(const storm_settings& settings)
{
  asio::io_context context(1);
  fanotify_handle group(
      context, {.flags = init_flags::report_dfid_name_target | init_flags::unlimited_queue});
  storm_counter counter(group, settings);
  auto mask = resolve::tree_events;
  if (settings.changes == "opens")
  {
    mask |= event_mask::open | event_mask::close;
  }
  group.add_mark(settings.root, mask, mark_target::filesystem);
  say_ready();
  read_forever(context, group, settings.how, counter);
}

} // namespace fanio::bench
