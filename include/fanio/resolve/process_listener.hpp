#pragma once

#include <fanio/detail/export.hpp>
#include <fanio/error.hpp>
#include <fanio/unique_fd.hpp>

#include <cstddef>

namespace fanio::resolve {

class process_table;

/// Hears of processes that start, and has a table read what there is to know of them at once, so
/// that those are known whose events are read after their end: by the process connector of netlink
/// (PROC_EVENT_FORK, PROC_EVENT_EXEC).
///
/// The table must have been made with `process_options::remember_ended`. What was read is told of
/// events whose process has ended, and of no other.
///
/// *Order*: `update` after events were read and before they are told, or a process is told as what
/// it was before it executed something; and `process_table::look` at all of them before `update`,
/// for they may end while it is busy with others.
///
/// *Cost*: the kernel tells of each fork, execution, change of id and end on the machine, some 100
/// bytes each, whoever's it is; the table then opens and reads two files of /proc for each process
/// that starts or executes and was not seen since (30 us or so; 100 us with
/// `process_options::note_details`). On a machine that starts a thousand processes a second that is
/// a thirtieth of a core, or a tenth. A process that lives shorter than this one needs to wake up
/// stays unknown all the same. News that are not read yet take up to 8 MiB of the kernel's memory,
/// where the limit may be raised (CAP_NET_ADMIN).
///
/// *Thread safety*: as of the table.
/// *Kernel*: CONFIG_PROC_EVENTS, in the initial user and pid namespaces; before 6.6 CAP_NET_ADMIN.
///
/// ```cpp
/// fanio::resolve::process_table table({.remember_ended = true});
/// fanio::resolve::process_listener listener;
/// listener.open();
/// asio::posix::stream_descriptor heard(executor, ::dup(listener.native_handle()));
/// while (co_await heard.async_wait(asio::posix::stream_descriptor::wait_read), true)
/// {
///   listener.update(table);
/// }
/// ```
class process_listener
{
public:
  process_listener() noexcept = default;

  /// *Errors*: `operation_not_permitted`; `protocol_not_supported`, where the kernel has no process
  /// connector; those of socket(2), bind(2), send(2). Also where the kernel does not answer to
  /// being asked, as in a pid namespace of its own: `connection_refused`.
  FANIO_API void open(error_code& ec);
  /// As above, and throws `boost::system::system_error`.
  FANIO_API void open();

  void close() noexcept { socket_.reset(); }

  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }

  /// Readable when something was heard; for waiting only.
  [[nodiscard]] int native_handle() const noexcept { return socket_.get(); }

  /// Lets the table read the processes that were heard of, without waiting. Returns how many starts
  /// it was told.
  ///
  /// *Errors*: `no_buffer_space`, if more was told than the socket holds: processes were missed, so
  /// that the table forgets those that have ended; and it goes on. Those of recv(2).
  FANIO_API std::size_t update(process_table& table, error_code& ec);
  /// As above, and throws `boost::system::system_error`.
  FANIO_API std::size_t update(process_table& table);

private:
  unique_fd socket_;
  bool tells_our_time_ = false; ///< Else all that is heard of has just happened.
};

} // namespace fanio::resolve
