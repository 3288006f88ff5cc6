#pragma once

#include "forked.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace test {

/// A conversation with the kernel's audit, see linux/audit.h.
class audit_socket
{
public:
  audit_socket() : fd_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT))
  {
    const sockaddr_nl any{.nl_family = AF_NETLINK, .nl_pad = 0, .nl_pid = 0, .nl_groups = 0};
    static_cast<void>(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&any), sizeof(any)));
  }

  /// Sends a request and awaits the kernel's word: 0 or an errno.
  template <typename Body>
  [[nodiscard]] int ask(std::uint16_t type, const Body& body) const
  {
    nlmsghdr head{.nlmsg_len = sizeof(head) + sizeof(body),
                  .nlmsg_type = type,
                  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                  .nlmsg_seq = 1,
                  .nlmsg_pid = 0};
    auto copy = body;
    const std::array parts{iovec{&head, sizeof(head)}, iovec{&copy, sizeof(copy)}};
    if (::writev(fd_.get(), parts.data(), parts.size()) < 0)
    {
      return errno;
    }
    std::string data;
    return receive(data) == NLMSG_ERROR ? -as<nlmsgerr>(data).error : EPROTO;
  }

  /// What audit is set to.
  [[nodiscard]] audit_status status() const
  {
    std::string data;
    const nlmsghdr request{.nlmsg_len = sizeof(request),
                           .nlmsg_type = AUDIT_GET,
                           .nlmsg_flags = NLM_F_REQUEST,
                           .nlmsg_seq = 1,
                           .nlmsg_pid = 0};
    static_cast<void>(::send(fd_.get(), &request, sizeof(request), 0));
    BOOST_REQUIRE(receive(data) == AUDIT_GET);
    return as<audit_status>(data);
  }

  /// Hears of all records from here on.
  void listen() const
  {
    constexpr int group = AUDIT_NLGRP_READLOG;
    BOOST_REQUIRE(
        ::setsockopt(fd_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0);
  }

  /// The type of the next message and its contents; fails at the deadline.
  [[nodiscard]] std::uint16_t receive(std::string& data) const
  {
    pollfd ready{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count();
    BOOST_REQUIRE(::poll(&ready, 1, static_cast<int>(ms)) == 1);
    std::array<char, 16'384> message{};
    const auto bytes = ::recv(fd_.get(), message.data(), message.size(), 0);
    BOOST_REQUIRE(bytes >= static_cast<ssize_t>(sizeof(nlmsghdr)));
    nlmsghdr head{};
    std::memcpy(&head, message.data(), sizeof(head));
    data.assign(message.data() + sizeof(head), static_cast<std::size_t>(bytes) - sizeof(head));
    return head.nlmsg_type;
  }

private:
  /// Younger and older kernels send more and less.
  template <typename T>
  static T as(const std::string& data)
  {
    T value{};
    std::memcpy(&value, data.data(), std::min(sizeof(value), data.size()));
    return value;
  }

  fanio::unique_fd fd_;
};

/// Audit switched on, for processes that are forked while this lives, and its records. That is so
/// for the whole machine; it must have been off.
class audit_records
{
public:
  audit_records()
  {
    records_.listen();
    BOOST_REQUIRE(control_.ask(AUDIT_SET, enabled(1)) == 0);
    // Without any rule the kernel follows no process. This one is about the first and asks nothing.
    BOOST_REQUIRE(control_.ask(AUDIT_ADD_RULE, any_rule()) == 0);
  }

  audit_records(const audit_records&) = delete;
  audit_records& operator=(const audit_records&) = delete;

  ~audit_records()
  {
    BOOST_TEST(control_.ask(AUDIT_DEL_RULE, any_rule()) == 0);
    BOOST_TEST(control_.ask(AUDIT_SET, enabled(0)) == 0);
  }

  /// The next record of this type; fails at the deadline.
  [[nodiscard]] std::string next(std::uint16_t type) const
  {
    std::string text;
    while (records_.receive(text) != type)
    {
    }
    return text;
  }

private:
  static audit_status enabled(std::uint32_t on)
  {
    audit_status status{};
    status.mask = AUDIT_STATUS_ENABLED;
    status.enabled = on;
    return status;
  }

  static audit_rule_data any_rule()
  {
    audit_rule_data rule{};
    rule.flags = AUDIT_FILTER_EXIT;
    rule.action = AUDIT_NEVER;
    rule.field_count = 1;
    rule.fields[0] = AUDIT_PID;
    rule.values[0] = 1;
    rule.fieldflags[0] = AUDIT_EQUAL;
    return rule;
  }

  audit_socket control_;
  audit_socket records_;
};

} // namespace test
