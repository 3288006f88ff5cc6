#pragma once

#include <fanio/async_for_each.hpp>
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <exception>

namespace fanio::bench {

/// How the library is used.
enum class reading_style
{
  callback,
  coroutine,
  for_each
};

struct reading_settings
{
  reading_style style = reading_style::callback;
  std::size_t buffer_bytes = 64 * 1024;
  read_options reading;
};

/// A handler that starts the next read.
template <typename Look>
class callback_reader
{
public:
  callback_reader(fanotify_handle& group, const reading_settings& settings, Look& look)
      : group_(group),
        reading_(settings.reading),
        buffer_(settings.buffer_bytes),
        look_(look)
  {}

  void read()
  {
    group_.async_read_events(buffer_, reading_,
                             [this](error_code ec, event_range events)
                             {
                               if (ec)
                               {
                                 throw boost::system::system_error(ec, "async_read_events");
                               }
                               look_.at_events(events);
                               read();
                             });
  }

private:
  fanotify_handle& group_;
  read_options reading_;
  event_buffer buffer_;
  Look& look_;
};

template <typename Look>
asio::awaitable<void> read_in_coroutine(fanotify_handle& group, const reading_settings& settings,
                                        Look& look)
{
  for (event_buffer buffer(settings.buffer_bytes);;)
  {
    look.at_events(co_await group.async_read_events(buffer, settings.reading, asio::use_awaitable));
  }
}

inline void throw_on(const std::exception_ptr& thrown)
{
  if (thrown)
  {
    std::rethrow_exception(thrown);
  }
}

/// Gives all events of the group to `look.at_events(event_range)`, or, from the stream form, each
/// to `look.at_event(event_view)`. Ends by what a read throws.
template <typename Look>
void read_forever(asio::io_context& context, fanotify_handle& group,
                  const reading_settings& settings, Look& look)
{
  switch (settings.style)
  {
  case reading_style::callback: {
    callback_reader reader(group, settings, look);
    reader.read();
    context.run();
    break;
  }
  case reading_style::coroutine:
    asio::co_spawn(context, read_in_coroutine(group, settings, look), throw_on);
    context.run();
    break;
  case reading_style::for_each:
    async_for_each(
        group, [&look](const event_view& e) { look.at_event(e); },
        {.buffer_bytes = settings.buffer_bytes, .reading = settings.reading}, throw_on);
    context.run();
    break;
  }
}

} // namespace fanio::bench
