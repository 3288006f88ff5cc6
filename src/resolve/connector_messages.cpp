#include "connector_messages.hpp"

#include <cstdint>
#include <cstring>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

namespace fanio::resolve {

namespace {

template <typename T>
T load(std::span<const std::byte> bytes, std::size_t at) noexcept
{
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <typename T>
void store(std::span<std::byte> bytes, std::size_t at, const T& value) noexcept
{
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

// Where things are in a message: behind the header of netlink stands that of the connector, and
// behind that the event, whose data are behind its kind, a processor and a time.
constexpr std::size_t connector_at = sizeof(nlmsghdr);
constexpr std::size_t event_at = connector_at + sizeof(cn_msg);
constexpr std::size_t data_at = event_at + offsetof(proc_event, event_data);

// The kinds, which have had other C++ types in the headers of other kernels.
constexpr std::uint32_t kind_none = 0;
constexpr std::uint32_t kind_fork = 1;
constexpr std::uint32_t kind_exec = 2;

static_assert(listen_message_size == event_at + sizeof(proc_cn_mcast_op));

/// CLOCK_MONOTONIC of the kernel, as ktime_get_ns() tells it: std::chrono::steady_clock, but for a
/// time namespace.
std::chrono::steady_clock::time_point time_of(std::span<const std::byte> message)
{
  const auto ns = load<std::uint64_t>(message, event_at + offsetof(proc_event, timestamp_ns));
  return std::chrono::steady_clock::time_point(
      std::chrono::nanoseconds(static_cast<std::int64_t>(ns)));
}

void parse_event(std::span<const std::byte> message, connector_news& news,
                 const std::function<void(pid_t, std::chrono::steady_clock::time_point)>& started)
{
  const auto words = [&](std::size_t index)
  {
    const auto at = data_at + index * sizeof(std::int32_t);
    return message.size() >= at + sizeof(std::int32_t) ? load<std::int32_t>(message, at) : 0;
  };
  switch (load<std::uint32_t>(message, event_at))
  {
  case kind_none:
    news = {.is_acknowledged = true, .error = words(0), .acknowledged_at = time_of(message)};
    break;
  case kind_fork: // of the parent the pid and the group, of the child the pid and the group
    if (const auto pid = words(2); pid > 0 && pid == words(3))
    {
      started(pid, time_of(message));
    }
    break;
  case kind_exec: // the pid and the group
    if (const auto process = words(1); process > 0)
    {
      started(process, time_of(message));
    }
    break;
  default: // changes of ids and names, ends
    break;
  }
}

} // namespace

std::array<std::byte, listen_message_size> listen_message() noexcept
{
  std::array<std::byte, listen_message_size> bytes{};
  nlmsghdr header{};
  header.nlmsg_len = listen_message_size;
  header.nlmsg_type = NLMSG_DONE;
  store(bytes, 0, header);
  // cn_msg ends in a flexible array, so its parts are stored one by one.
  store(bytes, connector_at + offsetof(cn_msg, id), cb_id{.idx = CN_IDX_PROC, .val = CN_VAL_PROC});
  store(bytes, connector_at + offsetof(cn_msg, len),
        static_cast<std::uint16_t>(sizeof(proc_cn_mcast_op)));
  store(bytes, event_at, PROC_CN_MCAST_LISTEN);
  return bytes;
}

connector_news
parse_connector(std::span<const std::byte> datagram,
                const std::function<void(pid_t, std::chrono::steady_clock::time_point)>& started)
{
  connector_news news;
  while (datagram.size() >= data_at)
  {
    const auto length = load<nlmsghdr>(datagram, 0).nlmsg_len;
    if (length < data_at || length > datagram.size())
    {
      break;
    }
    const auto message = datagram.first(length);
    const auto id = load<cb_id>(message, connector_at + offsetof(cn_msg, id));
    if (id.idx == CN_IDX_PROC && id.val == CN_VAL_PROC)
    {
      parse_event(message, news, started);
    }
    datagram = datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(length), datagram.size()));
  }
  return news;
}

} // namespace fanio::resolve
