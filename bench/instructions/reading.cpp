#include "parts.hpp"
#include <fanio/async_for_each.hpp>
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace fanio::bench {

namespace {

/// Events of a real group, one of each file that was made. On a tmpfs, for the handles of files and
/// so the events are as long everywhere. They stay queued when the files are gone, which nothing
/// that ends this can then leave behind.
class full_queue
{
public:
  explicit full_queue(std::size_t events) : left(events)
  {
    std::string name = "/dev/shm/fanio.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
    {
      throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    const std::filesystem::path directory = name;
    group.add_mark(directory, event_mask::create);
    for (std::size_t i = 0; i < events; ++i)
    {
      const std::ofstream file(directory / std::to_string(1'000'000 + i));
    }
    std::filesystem::remove_all(directory);
  }

  full_queue(const full_queue&) = delete;
  full_queue& operator=(const full_queue&) = delete;

  /// Looks at an event; false at the last.
  bool take(const event_view& e) noexcept
  {
    keep(e.mask());
    keep(e.name());
    return --left > 0;
  }

  asio::io_context context{1};
  fanotify_handle group{context, {.flags = init_flags::report_dfid_name}};
  event_buffer buffer;
  std::size_t left;
};

class callback_reader
{
public:
  explicit callback_reader(std::size_t events) : queue_(events) {}

  void run()
  {
    read();
    queue_.context.run();
  }

private:
  void read()
  {
    queue_.group.async_read_events(queue_.buffer,
                                   [this](const error_code& ec, const event_range& events)
                                   { look_at(ec, events); });
  }

  void look_at(const error_code& ec, const event_range& events)
  {
    bool has_more = !ec;
    for (const auto e : events)
    {
      has_more = queue_.take(e);
    }
    has_more ? read() : void();
  }

  full_queue queue_;
};

asio::awaitable<void> read_all(full_queue& queue)
{
  while (queue.left > 0)
  {
    for (const auto e : co_await queue.group.async_read_events(queue.buffer, asio::use_awaitable))
    {
      queue.take(e);
    }
  }
}

std::function<void()> reading_by_callback(std::size_t events)
{
  return [reader = std::make_shared<callback_reader>(events)] { reader->run(); };
}

std::function<void()> reading_by_coroutine(std::size_t events)
{
  return [queue = std::make_shared<full_queue>(events)]
  {
    asio::co_spawn(queue->context, read_all(*queue), asio::detached);
    queue->context.run();
  };
}

std::function<void()> reading_as_stream(std::size_t events)
{
  return [queue = std::make_shared<full_queue>(events)]
  {
    async_for_each(
        queue->group, [queue](const event_view& e) { return queue->take(e); }, asio::detached);
    queue->context.run();
  };
}

} // namespace

std::span<const part> reading_parts() noexcept
{
  static constexpr auto parts = std::to_array<part>({
      {"read-by-callback", reading_by_callback},
      {"read-by-coroutine", reading_by_coroutine},
      {"read-as-stream", reading_as_stream},
  });
  return parts;
}

} // namespace fanio::bench
