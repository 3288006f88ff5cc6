#include "board.hpp"
#include "readers.hpp"

#include <chrono>
#include <cstdint>

namespace fanio::bench {

namespace {

/// CLOCK_MONOTONIC, as who waits for the time reads it.
std::uint64_t now() noexcept
{
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time).count());
}

class delay_noter
{
public:
  explicit delay_noter(live_board& board) : board_(board) {}

  void at_events(const event_range& events)
  {
    for (const auto e : events)
    {
      at_event(e);
    }
  }

  void at_event(const event_view& /*e*/)
  {
    __atomic_store_n(&board_.handled_at, now(), __ATOMIC_RELEASE);
  }

private:
  live_board& board_;
};

} // namespace

void probe_delay(const probe_settings& settings)
{
  asio::io_context context(1);
  fanotify_handle group(context, {.flags = init_flags::report_dfid_name});
  delay_noter noter(map_board(settings.board));
  group.add_mark(settings.directory, event_mask::open | event_mask::event_on_child);
  say_ready();
  read_forever(context, group, settings.how, noter);
}

} // namespace fanio::bench
