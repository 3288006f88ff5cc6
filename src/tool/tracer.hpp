#pragma once

#include "output.hpp"
#include "pipeline.hpp"
#include "process_teller.hpp"
#include "queue_reader.hpp"
#include "trace.hpp"
#include "trace_lines.hpp"
#include "trace_summary.hpp"
#include "turn.hpp"
#include "watch.hpp"
#include <fanio/resolve/process_listener.hpp>
#include <fanio/resolve/process_table.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <string_view>

#include <unistd.h>

namespace fanio::tool {

/// One run: reads events, prints them, and ends when asked to.
class tracer
{
public:
  explicit tracer(const trace_options& options);

  void run();

private:
  void end_on_request();
  void follow_mounts();
  void follow_processes();
  void await_process();
  void hear_of_processes();
  void finish();
  void wait_for_reader();
  void end();
  void print_summary();

  [[nodiscard]] asio::awaitable<void> print_events(watch& w, queue_reader& reader);
  void look_at_processes(const event_range& events);
  void look_closer(const event_range& events);
  [[nodiscard]] bool wants_details() const;
  void leave_lost_places(watch& w);
  [[nodiscard]] std::size_t places() const;
  void add(watch& w, const event_view& e, trace_lines& lines);
  void add_loss(const event_view& e, trace_lines& lines);
  void add(const event_view& e, const watched_object& object, trace_lines& lines);
  void tell(const trace_record& record, trace_lines& lines);
  [[nodiscard]] asio::awaitable<bool> write(std::string_view text);

  const trace_options& options_;
  const pid_t own_pid_ = ::getpid();
  asio::io_context context_{1};
  asio::signal_set signals_{context_};
  asio::steady_timer deadline_{context_};
  asio::steady_timer patience_{context_};
  std::size_t running_ = 0;
  bool is_finishing_ = false;
  bool is_ending_ = false;
  watched watched_; // before the file: nothing is made where nothing can be watched
  std::deque<queue_reader> readers_; // of each group
  asio::posix::stream_descriptor mounts_{context_};
  output output_;
  turn turn_{context_.get_executor()};
  pipeline pipeline_;
  resolve::process_table processes_;
  resolve::process_listener listener_;
  asio::posix::stream_descriptor started_{context_}; // of the listener
  line_format format_;
  trace_summary summary_;
  std::exception_ptr failure_;
};

} // namespace fanio::tool
