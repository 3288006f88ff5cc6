// What the others get wrong, done right: they fail for their own reasons only.

#include <fanio.hpp>

#include <utility>

const fanio::group_options options{.flags = fanio::init_flags::class_content};
const auto flags = fanio::event_mask::open | fanio::event_mask::close;
const auto target = fanio::mark_target::mount;

void mark(fanio::fanotify_handle& group)
{
  group.add_mark("/srv", fanio::event_mask::open, target, fanio::mark_flags::onlydir);
}

void answer(fanio::fanotify_handle& group, fanio::event e)
{
  group.respond(e, fanio::verdict::allow);
  group.async_respond(std::move(e), fanio::response::allow(), [](fanio::error_code) {});
}

void read(fanio::fanotify_handle& group, fanio::event_buffer& buffer)
{
  group.async_read_events(buffer, [](fanio::error_code, fanio::event_range) {});
  fanio::async_for_each(group, [](fanio::event_view) { return true; }, [](std::exception_ptr) {});
}

fanio::event move(fanio::event& to, fanio::event from)
{
  to = std::move(from);
  return std::move(to);
}

fanio::event_buffer move(fanio::event_buffer buffer)
{
  return buffer;
}

fanio::fanotify_handle move(fanio::fanotify_handle group)
{
  return group;
}

fanio::unique_fd own(int fd)
{
  return fanio::unique_fd(fd);
}
