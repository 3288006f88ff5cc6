#pragma once

#include "drain.hpp"
#include <fanio/async_for_each.hpp>
#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/resolve/path_resolver.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// Drains with fanio, in each of the styles in which it can be used.

namespace fanio::bench {

namespace asio = boost::asio;

// What is done with the events of a read: the same as in raw/ -------------------------------------

/// Counts an event. False if it tells of a loss.
[[nodiscard]] inline bool count_event(const event_view& e, drain_sums& seen)
{
  if (e.is_overflow())
  {
    ++seen.overflows;
    return false;
  }
  ++seen.events;
  seen.masks += to_underlying(e.mask());
  return true;
}

/// As `drain_names`.
struct look_at_names
{
  void operator()(const event_view& e, drain_sums& seen) const
  {
    if (count_event(e, seen))
    {
      seen.bytes += e.name().value_or("").size();
    }
  }
};

/// As `drain_handles`.
struct look_at_handles
{
  void operator()(const event_view& e, drain_sums& seen) const
  {
    if (count_event(e, seen))
    {
      seen.bytes += e.fid().value_or(file_handle_view()).bytes().size();
    }
  }
};

/// As `drain_descriptors`: the buffer closes them.
struct look_at_descriptors
{
  void operator()(const event_view& e, drain_sums& seen) const
  {
    if (count_event(e, seen))
    {
      seen.descriptors += e.fd() >= 0;
    }
  }
};

/// Each event of a read by itself.
template <typename Look>
struct look_at_each
{
  void operator()(const fanotify_handle&, const event_range& events, drain_sums& seen) const
  {
    for (const auto e : events)
    {
      Look()(e, seen);
    }
  }
};

/// As `drain_paths_cached`, `drain_handle_paths`, `drain_descriptor_paths_at`.
class look_at_paths
{
public:
  void operator()(const fanotify_handle& group, const event_range& events, drain_sums& seen)
  {
    resolver_.foresee(events);
    for (const auto e : events)
    {
      resolver_.update(e);
      if (count_event(e, seen))
      {
        add_path(e, seen);
      }
    }
    resolver_.end_batch(group);
  }

private:
  void add_path(const event_view& e, drain_sums& seen)
  {
    if (const auto ec = resolver_.resolve(e, path_))
    {
      throw boost::system::system_error(ec, "a path");
    }
    seen.descriptors += e.fd() >= 0;
    seen.bytes += path_.size();
  }

  resolve::path_resolver resolver_;
  std::string path_;
};

// Readers -----------------------------------------------------------------------------------------

/// The groups of a plan on one io_context, each with its buffer.
template <typename Look>
class fanio_drainer : public drainer
{
public:
  fanio_drainer(const drain_plan& plan, const std::filesystem::path& root)
  {
    for (std::size_t i = 0; i < plan.groups; ++i)
    {
      lanes_.push_back(std::make_unique<lane>(context_, plan, root, i));
    }
  }

  std::size_t queued() const override
  {
    std::size_t sum = 0;
    for (const auto& l : lanes_)
    {
      sum += l->group.queued();
    }
    return sum;
  }

protected:
  struct lane
  {
    lane(asio::io_context& context, const drain_plan& plan, const std::filesystem::path& root,
         std::size_t number)
        : group(context,
                {.flags = plan.flags | init_flags::unlimited_queue | init_flags::unlimited_marks}),
          buffer(plan.buffer_bytes)
    {
      const auto directories = marked_directories(plan, root, number);
      group.mark_all(mark_flags::add, mark_target::inode, plan.mask, directories);
      if (directories.empty())
      {
        group.add_mark(root, plan.mask, mark_target::filesystem);
      }
    }

    fanotify_handle group;
    event_buffer buffer;
    Look look;
  };

  /// Looks at a read.
  void look_at(lane& l, const event_range& events) { l.look(l.group, events, seen_); }

  /// Ends the slice if that was the last of it. Operations may be outstanding: they go on in the
  /// next.
  void stop_at_end()
  {
    if (seen_.events >= end_)
    {
      context_.stop();
    }
  }

  void run_slice(std::size_t events)
  {
    end_ = seen_.events + events;
    context_.restart();
    context_.run();
  }

  static void check(error_code ec)
  {
    if (ec)
    {
      throw boost::system::system_error(ec, "reading events");
    }
  }

  static void check(const std::exception_ptr& thrown)
  {
    if (thrown)
    {
      std::rethrow_exception(thrown);
    }
  }

  asio::io_context context_;
  std::vector<std::unique_ptr<lane>> lanes_;
  std::size_t end_ = 0;
};

/// Makes a drainer of one of the types below.
template <typename Drainer>
[[nodiscard]] drainer_maker fanio_reader()
{
  return [](const drain_plan& plan, const std::filesystem::path& root)
  {
    auto made = std::make_unique<Drainer>(plan, root);
    return made;
  };
}

/// `read_events`, without a reactor.
template <typename Look>
class synchronous_drainer : public fanio_drainer<Look>
{
public:
  using fanio_drainer<Look>::fanio_drainer;

  void drain(std::size_t events) override
  {
    auto& l = *this->lanes_.front();
    for (const auto end = this->seen_.events + events; this->seen_.events < end;)
    {
      this->look_at(l, l.group.read_events(l.buffer));
    }
  }
};

/// `async_read_events` with a function; with `deferred`, the operation is an object first.
template <typename Look, bool is_deferred = false>
class callback_drainer : public fanio_drainer<Look>
{
  using lane = typename fanio_drainer<Look>::lane;

public:
  using fanio_drainer<Look>::fanio_drainer;

  void drain(std::size_t events) override
  {
    if (!std::exchange(is_reading_, true))
    {
      for (const auto& l : this->lanes_)
      {
        read(*l);
      }
    }
    this->run_slice(events);
  }

private:
  void read(lane& l)
  {
    auto handler = [this, &l](error_code ec, event_range events)
    {
      this->check(ec);
      this->look_at(l, events);
      this->stop_at_end();
      read(l);
    };
    if constexpr (is_deferred)
    {
      auto operation = l.group.async_read_events(l.buffer, asio::deferred);
      std::move(operation)(std::move(handler));
    }
    else
    {
      l.group.async_read_events(l.buffer, std::move(handler));
    }
  }

  bool is_reading_ = false;
};

/// `async_read_events` awaited by a coroutine.
template <typename Look>
class coroutine_drainer : public fanio_drainer<Look>
{
public:
  using fanio_drainer<Look>::fanio_drainer;

  void drain(std::size_t events) override
  {
    if (!std::exchange(is_reading_, true))
    {
      asio::co_spawn(this->context_, read(),
                     [](std::exception_ptr e) { coroutine_drainer::check(e); });
    }
    this->run_slice(events);
  }

private:
  asio::awaitable<void> read()
  {
    auto& l = *this->lanes_.front();
    while (true)
    {
      this->look_at(l, co_await l.group.async_read_events(l.buffer, asio::use_awaitable));
      this->stop_at_end();
    }
  }

  bool is_reading_ = false;
};

/// `async_read_events` with a future, for which this thread runs the io_context.
template <typename Look>
class future_drainer : public fanio_drainer<Look>
{
public:
  using fanio_drainer<Look>::fanio_drainer;

  void drain(std::size_t events) override
  {
    auto& l = *this->lanes_.front();
    for (const auto end = this->seen_.events + events; this->seen_.events < end;)
    {
      auto read = l.group.async_read_events(l.buffer, asio::use_future);
      this->context_.restart();
      this->context_.run();
      this->look_at(l, read.get());
    }
  }
};

/// The same, while another thread runs the io_context: each read wakes two threads.
template <typename Look>
class threaded_future_drainer : public fanio_drainer<Look>
{
public:
  threaded_future_drainer(const drain_plan& plan, const std::filesystem::path& root)
      : fanio_drainer<Look>(plan, root),
        runner_([this] { this->context_.run(); })
  {}

  ~threaded_future_drainer() override
  {
    this->context_.stop();
    runner_.join();
  }

  void drain(std::size_t events) override
  {
    auto& l = *this->lanes_.front();
    for (const auto end = this->seen_.events + events; this->seen_.events < end;)
    {
      this->look_at(l, l.group.async_read_events(l.buffer, asio::use_future).get());
    }
  }

private:
  asio::executor_work_guard<asio::io_context::executor_type> work_{this->context_.get_executor()};
  std::thread runner_;
};

/// `async_for_each` with a function, or with a coroutine for each event.
template <typename Look, bool is_coroutine = false>
class stream_drainer : public fanio_drainer<Look>
{
public:
  stream_drainer(const drain_plan& plan, const std::filesystem::path& root)
      : fanio_drainer<Look>(plan, root),
        buffer_bytes_(plan.buffer_bytes)
  {}

  void drain(std::size_t events) override
  {
    if (!std::exchange(is_reading_, true))
    {
      start();
    }
    this->run_slice(events);
  }

private:
  void start()
  {
    const auto end = [](std::exception_ptr e) { stream_drainer::check(e); };
    auto& group = this->lanes_.front()->group;
    const for_each_options options{.buffer_bytes = buffer_bytes_};
    if constexpr (is_coroutine)
    {
      async_for_each(group, [this](event_view e) { return await_one(e); }, options, end);
    }
    else
    {
      async_for_each(group, [this](event_view e) { look_at_one(e); }, options, end);
    }
  }

  void look_at_one(const event_view& e)
  {
    this->lanes_.front()->look(e, this->seen_);
    this->stop_at_end();
  }

  asio::awaitable<void> await_one(event_view e)
  {
    look_at_one(e);
    co_return;
  }

  std::size_t buffer_bytes_;
  bool is_reading_ = false;
};

} // namespace fanio::bench
