#include "../sys.hpp"
#include "connector_messages.hpp"
#include <fanio/resolve/process_listener.hpp>
#include <fanio/resolve/process_table.hpp>

#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <chrono>

namespace fanio::resolve {

namespace {

using clock = std::chrono::steady_clock;

constexpr auto nobody = [](pid_t, clock::time_point) {};

/// Of what is not read at once the socket holds some 700 bytes each.
constexpr int receive_buffer_bytes = 4 * 1024 * 1024;

error_code last_error() noexcept
{
  return {errno, boost::system::system_category()};
}

/// The kernel answers while it is asked, so the answer is there already, maybe behind others' news.
error_code read_answer(int socket, clock::time_point& answered_at)
{
  std::array<std::byte, 4096> datagram;
  bool has_missed = false; // then news came, and more than the socket holds
  for (;;)
  {
    const auto bytes = sys::uninterrupted([&] { return sys::receive(socket, datagram); });
    if (bytes < 0 && errno == ENOBUFS)
    {
      has_missed = true;
      continue;
    }
    if (bytes < 0 && errno == EAGAIN)
    {
      return has_missed ? error_code() : make_error_code(boost::system::errc::connection_refused);
    }
    if (bytes < 0)
    {
      return last_error();
    }
    const auto news =
        parse_connector(std::span(datagram).first(static_cast<std::size_t>(bytes)), nobody);
    if (news.is_acknowledged)
    {
      answered_at = news.acknowledged_at;
      return {news.error, boost::system::system_category()};
    }
  }
}

} // namespace

void process_listener::open(error_code& ec)
{
  ec = {};
  unique_fd socket(sys::connector_socket());
  const auto request = listen_message();
  const auto before = clock::now();
  if (!socket || sys::bind_connector(socket.get()) != 0 ||
      sys::uninterrupted([&] { return sys::send(socket.get(), request); }) < 0)
  {
    ec = last_error();
    return;
  }
  clock::time_point answered_at;
  ec = read_answer(socket.get(), answered_at);
  if (!ec)
  {
    static_cast<void>(sys::enlarge_receive_buffer(socket.get(), receive_buffer_bytes));
    socket_ = std::move(socket);
    // Not so in a time namespace, see time_namespaces(7).
    tells_our_time_ = before <= answered_at && answered_at <= clock::now();
  }
}

void process_listener::open()
{
  error_code ec;
  open(ec);
  if (ec)
  {
    throw boost::system::system_error(ec, "fanio::resolve::process_listener::open");
  }
}

std::size_t process_listener::update(process_table& table, error_code& ec)
{
  ec = {};
  std::size_t count = 0;
  std::array<std::byte, 4096> datagram;
  for (;;)
  {
    const auto bytes = sys::uninterrupted([&] { return sys::receive(socket_.get(), datagram); });
    if (bytes < 0 && errno == ENOBUFS)
    {
      ec = last_error(); // told once; what comes after it is there
      table.forget_ended();
      continue;
    }
    if (bytes < 0)
    {
      ec = errno == EAGAIN ? ec : last_error();
      return count;
    }
    parse_connector(std::span(datagram).first(static_cast<std::size_t>(bytes)),
                    [&](pid_t pid, clock::time_point when)
                    {
                      table.note(pid, tells_our_time_ ? when : clock::now());
                      ++count;
                    });
  }
}

std::size_t process_listener::update(process_table& table)
{
  error_code ec;
  const auto count = update(table, ec);
  if (ec)
  {
    throw boost::system::system_error(ec, "fanio::resolve::process_listener::update");
  }
  return count;
}

} // namespace fanio::resolve
