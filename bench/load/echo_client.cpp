#include "echo_client.hpp"

#include "check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <new>
#include <span>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

using std::chrono::steady_clock;

echo_record* make_shared_record()
{
  void* const memory = ::mmap(nullptr, sizeof(echo_record), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  static_cast<void>(check(memory != MAP_FAILED ? 0 : -1, "mmap"));
  return new (memory) echo_record;
}

/// The child's work. It ends when the other ends are closed, or it is killed.
class sender
{
public:
  sender(std::vector<unique_fd> sockets, echo_record& record)
      : record_(record),
        epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"))
  {
    for (auto& socket : sockets)
    {
      epoll_event when{.events = EPOLLIN, .data = {.u64 = lines_.size()}};
      static_cast<void>(
          check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &when), "epoll_ctl"));
      idle_.push_back(lines_.size());
      lines_.push_back({std::move(socket), {}, 0});
    }
  }

  void run(std::size_t under_way)
  {
    for (std::size_t i = 0; i < under_way && !idle_.empty(); ++i)
    {
      send_next();
    }
    std::array<epoll_event, 64> ready{};
    while (true)
    {
      const int count = ::epoll_wait(epoll_.get(), ready.data(), ready.size(), -1);
      for (const auto& event : std::span(ready).first(static_cast<std::size_t>(std::max(count, 0))))
      {
        if (!receive(event.data.u64))
        {
          return;
        }
        send_next();
      }
    }
  }

private:
  struct line
  {
    unique_fd socket;
    steady_clock::time_point sent;
    std::uint64_t number;
  };

  void send_next()
  {
    const auto index = idle_.front();
    idle_.pop_front();
    auto& l = lines_[index];
    std::array<char, echo_bytes> message{};
    l.number = ++last_number_;
    std::memcpy(message.data(), &l.number, sizeof l.number);
    l.sent = steady_clock::now();
    static_cast<void>(::write(l.socket.get(), message.data(), message.size()) > 0);
  }

  /// False if the other side has closed.
  [[nodiscard]] bool receive(std::size_t index)
  {
    auto& l = lines_[index];
    std::array<char, echo_bytes> message{};
    if (::read(l.socket.get(), message.data(), message.size()) <= 0)
    {
      return false;
    }
    const auto wait = steady_clock::now() - l.sent;
    if (std::memcmp(message.data(), &l.number, sizeof l.number) != 0)
    {
      ++record_.wrong;
    }
    record_.has_begun.store(true, std::memory_order_relaxed);
    if (record_.is_counting)
    {
      record_.waits.count(static_cast<std::uint64_t>(wait.count()));
      record_.echoes.store(record_.echoes.load(std::memory_order_relaxed) + 1,
                           std::memory_order_release);
    }
    idle_.push_back(index);
    return true;
  }

  echo_record& record_;
  unique_fd epoll_;
  std::vector<line> lines_;
  std::deque<std::size_t> idle_;
  std::uint64_t last_number_ = 0;
};

} // namespace

echo_client::echo_client(std::size_t sockets, std::size_t under_way, int core)
    : record_(make_shared_record())
{
  std::vector<unique_fd> client_ends;
  for (std::size_t i = 0; i < sockets; ++i)
  {
    std::array<int, 2> ends{};
    static_cast<void>(
        check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair"));
    client_ends.emplace_back(ends[0]);
    server_ends_.emplace_back(ends[1]);
  }
  process_.emplace(process::fork(
      [&]
      {
        server_ends_.clear(); // or it would not see when the server closes them
        sender(std::move(client_ends), *record_).run(under_way);
        return 0;
      },
      core));
}

void echo_client::unmap::operator()(echo_record* record) const noexcept
{
  ::munmap(record, sizeof *record);
}

std::vector<unique_fd> echo_client::take_server_ends() noexcept
{
  return std::exchange(server_ends_, {});
}

bool echo_client::has_begun() const noexcept
{
  return record_->has_begun.load(std::memory_order_relaxed);
}

void echo_client::start_counting() noexcept
{
  record_->is_counting = true;
}

void echo_client::stop_counting() noexcept
{
  record_->is_counting = false;
}

std::uint64_t echo_client::echoes() const noexcept
{
  return record_->echoes.load(std::memory_order_acquire);
}

const echo_record& echo_client::end()
{
  process_.reset();
  return *record_;
}

} // namespace fanio::bench
