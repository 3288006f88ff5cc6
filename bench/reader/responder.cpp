#include "readers.hpp"

namespace fanio::bench {

namespace {

class allow_all
{
public:
  explicit allow_all(fanotify_handle& group) : group_(group) {}

  void at_events(const event_range& events) { group_.respond(events, response::allow()); }

  void at_event(const event_view& e) { group_.respond(e, response::allow()); }

private:
  fanotify_handle& group_;
};

} // namespace

void respond(const responder_settings& settings)
{
  asio::io_context context(1);
  fanotify_handle group(context, {.flags = init_flags::class_content});
  allow_all answer(group);
  group.add_mark(settings.directory, event_mask::open_perm | event_mask::event_on_child);
  say_ready();
  read_forever(context, group, settings.how, answer);
}

} // namespace fanio::bench
