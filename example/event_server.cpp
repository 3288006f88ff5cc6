/// Tells every connected client what happens in a directory: sockets and file events on one
/// io_context, in one thread. Try `nc 127.0.0.1 PORT`.
///
/// A slow client misses events and is told how many; one that stalls is dropped. No client stops
/// the others, and each has its bound of memory.

#include "support.hpp"
#include <fanio.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iomanip>
#include <iostream>
#include <list>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using asio::experimental::awaitable_operators::operator||;

/// One connection, and what is still to be sent.
class client
{
public:
  explicit client(tcp::socket socket)
      : socket_(std::move(socket)),
        news_(socket_.get_executor(), asio::steady_timer::time_point::max())
  {}

  /// Does not wait: what there is no room for is counted.
  void send(std::string_view line)
  {
    if (pending_.size() + line.size() > max_pending)
    {
      ++missed_;
      return;
    }
    pending_ += line;
    news_.cancel();
  }

  /// Says that nothing more will be sent.
  void finish()
  {
    is_finished_ = true;
    news_.cancel();
  }

  /// Ends when all is sent or the client is gone.
  asio::awaitable<void> run() { co_await (write() || read()); }

private:
  static constexpr std::size_t max_pending = 64 * 1024;
  static constexpr auto patience = std::chrono::seconds(5);

  asio::awaitable<void> write()
  {
    while (!is_finished_ || !pending_.empty())
    {
      if (pending_.empty())
      {
        co_await news_.async_wait(asio::as_tuple(asio::use_awaitable));
        continue;
      }
      auto lines = std::exchange(pending_, {});
      if (const auto missed = std::exchange(missed_, 0); missed > 0)
      {
        lines += "... " + std::to_string(missed) + " events missed\n";
      }
      asio::steady_timer deadline(socket_.get_executor(), patience);
      const auto first = co_await (
          asio::async_write(socket_, asio::buffer(lines), asio::as_tuple(asio::use_awaitable)) ||
          deadline.async_wait(asio::use_awaitable));
      if (first.index() == 1 || std::get<0>(std::get<0>(first)))
      {
        co_return;
      }
    }
  }

  /// A client has nothing to say, but only reading tells that it has gone.
  asio::awaitable<void> read()
  {
    std::array<char, 256> ignored;
    for (fanio::error_code ec; !ec;)
    {
      co_await socket_.async_read_some(asio::buffer(ignored),
                                       asio::redirect_error(asio::use_awaitable, ec));
    }
  }

  tcp::socket socket_;
  asio::steady_timer news_; // never expires; its cancellation says that there is something to do
  std::string pending_;
  std::size_t missed_ = 0;
  bool is_finished_ = false;
};

class server
{
public:
  server(asio::io_context& context, std::string greeting)
      : acceptor_(context, {asio::ip::address_v4::loopback(), 0}),
        greeting_(std::move(greeting))
  {}

  [[nodiscard]] tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  void send(std::string_view line)
  {
    for (auto& c : clients_)
    {
      c.send(line);
    }
  }

  void finish()
  {
    acceptor_.close();
    for (auto& c : clients_)
    {
      c.finish();
    }
  }

  asio::awaitable<void> accept()
  {
    while (acceptor_.is_open())
    {
      auto [ec, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (ec) // closed; or no more descriptors, and then there may be some later
      {
        asio::steady_timer pause(acceptor_.get_executor(), std::chrono::milliseconds(100));
        co_await pause.async_wait(asio::use_awaitable);
      }
      else if (acceptor_.is_open() && clients_.size() < max_clients)
      {
        const auto c = clients_.emplace(clients_.end(), std::move(socket));
        c->send(greeting_);
        asio::co_spawn(acceptor_.get_executor(), c->run(),
                       [this, c](std::exception_ptr) { clients_.erase(c); });
      }
    }
  }

private:
  static constexpr std::size_t max_clients = 100;

  tcp::acceptor acceptor_;
  std::string greeting_;
  std::list<client> clients_;
};

/// A name may hold any byte but '/' and 0, also the one that ends a line.
std::string line_of(fanio::event_view e)
{
  std::ostringstream line;
  line << to_string(e.mask()) << ' ' << std::hex << std::setfill('0');
  for (const char c : e.name().value_or(""))
  {
    const auto byte = static_cast<unsigned char>(c);
    byte < ' ' || c == '\\' ? line << "\\x" << std::setw(2) << unsigned{byte} : line << c;
  }
  line << '\n';
  return line.str();
}

asio::awaitable<void> watch(fanio::fanotify_handle& group, server& clients)
{
  for (fanio::event_buffer buffer;;)
  {
    for (const auto e : co_await group.async_read_events(buffer))
    {
      clients.send(line_of(e));
      if (has_any(e.mask(), fanio::event_mask::delete_self))
      {
        co_return; // the directory itself is gone
      }
    }
  }
}

/// A client for the demonstration, which lets it begin once the server has seen it.
asio::awaitable<void> print_all(tcp::endpoint server, example::place& where)
{
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(server, asio::use_awaitable);
  std::string text;
  for (fanio::error_code ec; !ec;)
  {
    const auto size = co_await asio::async_read_until(
        socket, asio::dynamic_buffer(text), '\n', asio::redirect_error(asio::use_awaitable, ec));
    std::cout << text.substr(0, size);
    if (text.starts_with("watching"))
    {
      where.demonstrate("echo hello > report.txt; sleep 0.1;"
                        "mv report.txt old.txt;   sleep 0.1;"
                        "rm old.txt;              sleep 0.1;"
                        "rmdir $PWD");
    }
    text.erase(0, size);
  }
  std::cout << "the server has finished\n";
}

void run(example::place& where)
{
  using enum fanio::event_mask;
  asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = fanio::init_flags::report_dfid_name});
  group.add_mark(where.directory(),
                 create | close_write | move | delete_ | event_on_child | delete_self | ondir);

  server clients(context, "watching " + where.directory().string() + '\n');
  std::cout << "listening on " << clients.endpoint() << std::endl;
  asio::co_spawn(context, clients.accept(), asio::detached);

  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait(
      [&](auto...)
      {
        group.close();
        clients.finish();
      });
  asio::co_spawn(context, watch(group, clients),
                 [&](std::exception_ptr thrown)
                 {
                   signals.cancel();
                   if (thrown && group.is_open())
                   {
                     std::rethrow_exception(thrown);
                   }
                 });

  tcp::socket silent(context);
  if (where.is_demonstration())
  {
    silent.connect(clients.endpoint()); // and never reads
    asio::co_spawn(context, print_all(clients.endpoint(), where), asio::detached);
  }
  context.run();
}

} // namespace

int main(int argc, char** argv)
{
  return example::run(argc, argv, run);
}
