#pragma once

#include "output.hpp"
#include "queue_reader.hpp"
#include "watch_format.hpp"
#include "watch_scope.hpp"
#include "watch_tree.hpp"
#include <fanio/resolve/process_table.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <functional>
#include <string>
#include <string_view>

namespace fanio::tool {

/// What is made of the events of a watch.
struct watch_handlers
{
  std::function<void(const path_event&)> found; ///< Of one event.
  std::function<std::string()> text;            ///< After the events of a read: what to write.
  std::function<void()> written;                ///< And then.
};

/// Reads the events of a watch until it is interrupted, nobody reads what is written any more, or
/// `end` is called.
class watch_loop
{
public:
  /// `destination` is the name of standard output in messages.
  ///
  /// *Errors*: throws `std::runtime_error` with a message for the user.
  watch_loop(const watch_scope& scope, std::string destination, watch_news news);

  /// *Errors*: as above.
  void run(watch_handlers handlers);

  /// Tells what is queued, and ends the run.
  void finish();

  /// Ends all that is outstanding, and with it the run.
  void end();

  [[nodiscard]] asio::io_context& context() noexcept { return context_; }

  /// Whether all that was named is gone.
  [[nodiscard]] bool is_over() noexcept { return tree_.is_over(); }

  /// Writes at once; one at a time, and the text stays where it is until then. False when nobody
  /// wants it any more.
  ///
  /// *Errors*: as above.
  [[nodiscard]] asio::awaitable<bool> print(std::string_view text);

private:
  void end_on_request();
  [[nodiscard]] asio::awaitable<void> read_events();
  [[nodiscard]] asio::awaitable<bool> deliver();
  void wait_for_reader();
  void end_if_done();
  [[nodiscard]] asio::awaitable<bool> write(std::string_view text);
  void follow_mounts();
  void add(const path_event& e, const event_view* source);

  bool has_processes_;
  std::string destination_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_};
  asio::posix::stream_descriptor mounts_{context_}; ///< Its error is that they change.
  output output_{context_.get_executor()};
  asio::steady_timer patience_{context_};
  watch_tree tree_;
  queue_reader reader_;
  resolve::process_table processes_;
  watch_handlers handlers_;
  bool is_delivering_ = false;
  bool is_printing_ = false;
  bool is_finishing_ = false;
  bool has_read_all_ = false;
  std::exception_ptr failure_;
};

} // namespace fanio::tool
