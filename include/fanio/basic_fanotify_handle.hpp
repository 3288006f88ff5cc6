#pragma once

#include <fanio/detail/complete_immediately.hpp>
#include <fanio/detail/default_token.hpp>
#include <fanio/detail/group.hpp>
#include <fanio/detail/read_events_op.hpp>
#include <fanio/detail/respond.hpp>
#include <fanio/detail/wait_op.hpp>
#include <fanio/error.hpp>
#include <fanio/event.hpp>
#include <fanio/event_buffer.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/group_options.hpp>
#include <fanio/location.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/read_options.hpp>
#include <fanio/response.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/execution_context.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

namespace fanio {

/// A fanotify group as an Asio I/O object.
///
/// *Thread safety*: distinct objects: safe. One object: not safe; use a strand where several
/// threads run its operations. Events and buffers are objects of their own: see there. Marking and
/// responding may go on while a read is outstanding.
///
/// *Lifetime*: moving or destroying the handle with operations outstanding is safe. Moved, they go
/// on; closed or destroyed, they end with `operation_aborted`. Events that were taken out stay
/// usable. As every Asio object it must not outlive its execution context; events and buffers may.
///
/// *Closing* waits, as the kernel does, while a request of *another* group about the same objects
/// is unanswered: who answers for one group should not close others on the same thread.
///
/// *Fork*: as for every Asio object, call the context's `notify_fork`; without it a child that
/// closes its copy breaks the parent's reactor. A child has copies of events and buffers, but the
/// duty to answer stays with the process that read them. While a child holds a copy of the
/// descriptor, what is still queued stays blocked when the parent closes: let the child close its
/// handle at once, or exec. Two processes must not both read one permission group: the kernel knows
/// requests by descriptor numbers, and theirs can be equal.
///
/// *Example*:
/// ```
/// asio::awaitable<void> watch(fanio::fanotify_handle& group)
/// {
///   group.add_mark("/srv", event_mask::create | event_mask::event_on_child);
///   for (event_buffer buffer;;)
///     for (event_view e : co_await group.async_read_events(buffer))
///       std::cout << to_string(e.mask()) << ' ' << e.name().value_or("") << '\n';
/// }
/// ```
///
/// *Kernel*: 5.10 and newer; single features as documented with their flags. fanotify(7).
template <typename Executor = asio::any_io_executor>
class basic_fanotify_handle
{
public:
  using executor_type = Executor;
  using native_handle_type = int;

  /// The same handle on another executor.
  template <typename OtherExecutor>
  struct rebind_executor
  {
    using other = basic_fanotify_handle<OtherExecutor>;
  };

  // Construction ------------------------------------------------------------------------------

  /// Makes a closed handle.
  explicit basic_fanotify_handle(const executor_type& executor) : executor_(executor) {}

  /// Opens a group. *Errors*: throws what `open` reports.
  basic_fanotify_handle(const executor_type& executor, const group_options& options)
      : executor_(executor)
  {
    open(options);
  }

  /// Adopts a group. *Errors*: throws what `assign` reports; the descriptor is then still the
  /// caller's.
  ///
  /// A template, so that `{}` means default options and not descriptor 0.
  template <std::same_as<native_handle_type> NativeHandle>
  basic_fanotify_handle(const executor_type& executor, NativeHandle fd,
                        const permission_policy& policy = {})
      : executor_(executor)
  {
    assign(fd, policy);
  }

  /// The same three on an execution context.
  template <typename ExecutionContext>
    requires std::convertible_to<ExecutionContext&, asio::execution_context&>
  explicit basic_fanotify_handle(ExecutionContext& context)
      : basic_fanotify_handle(executor_type(context.get_executor()))
  {}

  template <typename ExecutionContext>
    requires std::convertible_to<ExecutionContext&, asio::execution_context&>
  basic_fanotify_handle(ExecutionContext& context, const group_options& options)
      : basic_fanotify_handle(executor_type(context.get_executor()), options)
  {}

  template <typename ExecutionContext, std::same_as<native_handle_type> NativeHandle>
    requires std::convertible_to<ExecutionContext&, asio::execution_context&>
  basic_fanotify_handle(ExecutionContext& context, NativeHandle fd,
                        const permission_policy& policy = {})
      : basic_fanotify_handle(executor_type(context.get_executor()), fd, policy)
  {}

  /// Moves, also with operations outstanding. The moved-from handle is closed.
  basic_fanotify_handle(basic_fanotify_handle&& other) noexcept
      : executor_(other.executor_),
        group_(other.take_group()),
        non_blocking_(std::exchange(other.non_blocking_, false))
  {}

  /// Closes this handle's group and moves.
  basic_fanotify_handle& operator=(basic_fanotify_handle&& other) noexcept
  {
    if (this != &other)
    {
      error_code ignored;
      close(ignored);
      executor_ = other.executor_;
      group_ = other.take_group();
      non_blocking_ = std::exchange(other.non_blocking_, false);
    }
    return *this;
  }

  /// Moves to another type of executor. No operation may be outstanding and no request unanswered.
  ///
  /// *Errors*: throws what `release` and `assign` report.
  template <typename OtherExecutor>
    requires std::convertible_to<OtherExecutor, Executor>
  basic_fanotify_handle(basic_fanotify_handle<OtherExecutor>&& other)
      : executor_(other.get_executor()),
        non_blocking_(other.non_blocking())
  {
    if (other.is_open())
    {
      const auto flags = other.flags();
      const auto policy = other.policy();
      unique_fd fd(other.release());
      error_code ec;
      attach(fd.get(), flags, policy, ec);
      detail::throw_on_error(ec, "fanio::fanotify_handle");
      static_cast<void>(fd.release());
    }
  }

  template <typename OtherExecutor>
    requires std::convertible_to<OtherExecutor, Executor>
  basic_fanotify_handle& operator=(basic_fanotify_handle<OtherExecutor>&& other)
  {
    return *this = basic_fanotify_handle(std::move(other));
  }

  /// Closes.
  ~basic_fanotify_handle()
  {
    error_code ignored;
    close(ignored);
  }

  // Opening and closing -----------------------------------------------------------------------

  /// Opens a group: fanotify_init(2).
  ///
  /// *Errors*: `errc::already_open`; the kernel's refusals, explained: see `errc`.
  void open(const group_options& options, error_code& ec)
  {
    if (is_open())
    {
      ec = errc::already_open;
      return;
    }
    init_flags flags{};
    auto fd = detail::open_group(options, flags, ec);
    if (ec)
    {
      return;
    }
    const permission_policy policy{.default_verdict = options.default_verdict,
                                   .allow_own_process = options.allow_own_process,
                                   .reserved_descriptors = options.reserved_descriptors};
    attach(fd.get(), flags, policy, ec);
    if (!ec)
    {
      static_cast<void>(fd.release());
    }
  }

  /// As above, and throws `boost::system::system_error`.
  void open(const group_options& options)
  {
    error_code ec;
    open(options, ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::open");
  }

  /// Adopts a group that something else has opened, and owns its descriptor from then on. What
  /// kind of group it is, is read from its fdinfo. It is made non-blocking, together with all its
  /// duplicates, and close-on-exec.
  ///
  /// *Errors*: `errc::already_open`, `errc::not_a_fanotify_group`, `bad_descriptor`,
  /// `errc::descriptor_in_use` (epoll only: io_uring does not notice), what reading
  /// /proc/self/fdinfo gives. The descriptor is then still the caller's.
  void assign(native_handle_type fd, const permission_policy& policy, error_code& ec)
  {
    if (is_open())
    {
      ec = errc::already_open;
      return;
    }
    const auto flags = detail::adopt_group(fd, ec);
    if (!ec)
    {
      attach(fd, flags, policy, ec);
    }
  }

  void assign(native_handle_type fd, error_code& ec) { assign(fd, {}, ec); }

  /// As above, and throws `boost::system::system_error`.
  void assign(native_handle_type fd, const permission_policy& policy = {})
  {
    error_code ec;
    assign(fd, policy, ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::assign");
  }

  /// Gives the group up without closing it: outstanding operations end with `operation_aborted`,
  /// and the descriptor is the caller's.
  ///
  /// *Errors*: `bad_descriptor` if closed; `errc::requests_unanswered` while requests that were
  /// read wait for their answer, for nobody else would give it.
  [[nodiscard]] native_handle_type release(error_code& ec)
  {
    ec = {};
    if (!is_open())
    {
      ec = asio::error::bad_descriptor;
      return -1;
    }
    if (group_->unanswered() != 0)
    {
      ec = errc::requests_unanswered;
      return -1;
    }
    group_->let_go();
    return take_group()->release();
  }

  /// As above, and throws `boost::system::system_error`.
  [[nodiscard]] native_handle_type release()
  {
    error_code ec;
    const auto fd = release(ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::release");
    return fd;
  }

  /// Closes the group: outstanding operations end with `operation_aborted`, marks are gone. Who
  /// was read and waits for a permission gets the default verdict. Who is queued is let through by
  /// the kernel, unless another process has a copy of the descriptor, and denied before if the
  /// group is fail-closed. Closing a closed handle does nothing.
  void close(error_code& ec)
  {
    ec = {};
    if (const auto group = take_group())
    {
      group->end();
      ec = group->close();
    }
  }

  /// As above, and throws `boost::system::system_error`.
  void close()
  {
    error_code ec;
    close(ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::close");
  }

  /// Ends outstanding operations with `operation_aborted`; none of them consumes an event.
  ///
  /// *Errors*: `bad_descriptor` if closed.
  void cancel(error_code& ec)
  {
    ec = is_open() ? group_->cancel() : error_code(asio::error::bad_descriptor);
  }

  /// As above, and throws `boost::system::system_error`.
  void cancel()
  {
    error_code ec;
    cancel(ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::cancel");
  }

  /// How often outstanding operations were ended, by `cancel`, or with their group: an operation
  /// that is made of several, such as a stream, ends if that has changed between two of them.
  [[nodiscard]] std::size_t cancellations() const noexcept
  {
    return cancellations_ + (is_open() ? group_->cancellations() : 0);
  }

  [[nodiscard]] bool is_open() const noexcept { return group_ != nullptr; }

  /// The group's descriptor, or -1. Don't close it, and don't read from it: events that something
  /// else reads are its own to answer.
  [[nodiscard]] native_handle_type native_handle() const noexcept
  {
    return is_open() ? group_->fd() : -1;
  }

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }

  /// The flags the group was opened with, with all that was added to what was asked for.
  [[nodiscard]] init_flags flags() const noexcept
  {
    return is_open() ? group_->flags() : init_flags();
  }

  /// How the group treats permission requests.
  [[nodiscard]] permission_policy policy() const noexcept
  {
    return is_open() ? group_->policy() : permission_policy();
  }

  /// Whether `read_events` reports `would_block` instead of waiting. False at first.
  [[nodiscard]] bool non_blocking() const noexcept { return non_blocking_; }

  void non_blocking(bool mode) noexcept { non_blocking_ = mode; }

  // Marks -------------------------------------------------------------------------------------

  /// Any call of fanotify_mark(2): a command with its flags, a target, a mask, a place.
  ///
  /// *Errors*: `bad_descriptor` if closed; the kernel's refusals, explained: see `errc`.
  void mark(mark_flags flags, mark_target target, event_mask mask, const location& where,
            error_code& ec) noexcept
  {
    ec = asio::error::bad_descriptor;
    if (is_open())
    {
      group_->mark(flags, target, mask, where, ec);
    }
  }

  /// As above, and throws `boost::system::system_error`.
  void mark(mark_flags flags, mark_target target, event_mask mask, const location& where)
  {
    error_code ec;
    mark(flags, target, mask, where, ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::mark");
  }

  /// Adds events to the mark of an object, or makes it. *Errors*: as `mark`.
  void add_mark(const location& where, event_mask mask, error_code& ec,
                mark_target target = mark_target::inode, mark_flags flags = {}) noexcept
  {
    mark(mark_flags::add | flags, target, mask, where, ec);
  }

  void add_mark(const location& where, event_mask mask, mark_target target = mark_target::inode,
                mark_flags flags = {})
  {
    mark(mark_flags::add | flags, target, mask, where);
  }

  /// Removes events from the mark of an object; a mark without events is gone. Requests that wait
  /// already go on waiting. *Errors*: as `mark`; `errc::no_such_mark`.
  void remove_mark(const location& where, event_mask mask, error_code& ec,
                   mark_target target = mark_target::inode, mark_flags flags = {}) noexcept
  {
    mark(mark_flags::remove | flags, target, mask, where, ec);
  }

  void remove_mark(const location& where, event_mask mask, mark_target target = mark_target::inode,
                   mark_flags flags = {})
  {
    mark(mark_flags::remove | flags, target, mask, where);
  }

  /// Ignores events of an object that other marks of the group ask for. `kind` is `ignore_surv`
  /// (6.0), `ignore` (until the object is modified; not on directories, mounts, filesystems), or
  /// the older `ignored_mask` with or without `ignored_surv_modify`, which may go with
  /// `evictable`. `remove_mark` with the same flags undoes it.
  ///
  /// An ignore that does not survive a modification is silently not made while somebody has the
  /// file open for writing. *Errors*: as `mark`.
  void ignore(const location& where, event_mask mask, error_code& ec,
              mark_target target = mark_target::inode,
              mark_flags kind = mark_flags::ignore_surv) noexcept
  {
    mark(mark_flags::add | kind, target, mask, where, ec);
  }

  void ignore(const location& where, event_mask mask, mark_target target = mark_target::inode,
              mark_flags kind = mark_flags::ignore_surv)
  {
    mark(mark_flags::add | kind, target, mask, where);
  }

  /// Removes every mark of one target. *Errors*: as `mark`.
  void flush_marks(mark_target target, error_code& ec) noexcept
  {
    const auto nowhere = location::of_fd(AT_FDCWD); // the kernel does not look
    mark(mark_flags::flush, target, {}, nowhere, ec);
  }

  void flush_marks(mark_target target)
  {
    error_code ec;
    flush_marks(target, ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::flush_marks");
  }

  /// The same call of fanotify_mark(2) for each of `places`. Stops at the first that fails; returns
  /// how many were done. *Errors*: as `mark`.
  template <std::ranges::input_range Places>
    requires std::convertible_to<std::ranges::range_reference_t<Places>, location>
  std::size_t mark_all(mark_flags flags, mark_target target, event_mask mask, Places&& places,
                       error_code& ec)
  {
    ec = {};
    std::size_t done = 0;
    for (auto&& place : places)
    {
      mark(flags, target, mask, place, ec);
      if (ec)
      {
        break;
      }
      ++done;
    }
    return done;
  }

  /// As above, and throws `boost::system::system_error`.
  template <std::ranges::input_range Places>
    requires std::convertible_to<std::ranges::range_reference_t<Places>, location>
  std::size_t mark_all(mark_flags flags, mark_target target, event_mask mask, Places&& places)
  {
    error_code ec;
    const auto done = mark_all(flags, target, mask, std::forward<Places>(places), ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::mark_all");
    return done;
  }

  // Reading -----------------------------------------------------------------------------------

  /// How many events wait in the queue; one read may bring fewer. *Errors*: `bad_descriptor`.
  [[nodiscard]] std::size_t queued(error_code& ec) const noexcept
  {
    ec = asio::error::bad_descriptor;
    return is_open() ? group_->queued(ec) : 0;
  }

  [[nodiscard]] std::size_t queued() const
  {
    error_code ec;
    const auto count = queued(ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::queued");
    return count;
  }

  /// How many requests were read and wait for their answer.
  [[nodiscard]] std::size_t unanswered() const noexcept
  {
    return is_open() ? group_->unanswered() : 0;
  }

  /// Waits until events are queued. Readiness may be stale by the time that it is told.
  ///
  /// *Completion signature*: `void(error_code)`. *Errors*: `bad_descriptor`, `operation_aborted`.
  /// *Cancellation*: `terminal`, `partial`, `total`.
  template <asio::completion_token_for<void(error_code)> Token = detail::default_token<Executor>>
  auto async_wait(Token&& token = Token())
  {
    return asio::async_compose<Token, void(error_code)>(detail::wait_op<Executor>(group_), token,
                                                        executor_);
  }

  /// Waits for events and reads as many as there are and fit, in one read(2). What was in the
  /// buffer before ends its life at the start.
  ///
  /// *Errors*: `bad_descriptor`; `would_block` with `non_blocking(true)`; `errc::buffer_in_use`;
  /// `errc::buffer_too_small` (the event stays queued); `errc::malformed_event`,
  /// `errc::unsupported_version` (the events before it are returned); of `lost_event_category`: an
  /// event was lost, and the group can be read on (not with `report_lost_events` on 6.13).
  event_range read_events(event_buffer& buffer, error_code& ec)
  {
    return read_events(buffer, !non_blocking_, ec);
  }

  /// As above, and throws `boost::system::system_error`.
  event_range read_events(event_buffer& buffer)
  {
    error_code ec;
    const auto events = read_events(buffer, ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::read_events");
    return events;
  }

  /// Reads what there is and fits, in one read(2), and never waits: for who has read a full buffer
  /// and expects more. A long run of such reads keeps the rest of an execution context waiting.
  ///
  /// *Errors*: as `read_events`; `would_block` if there is nothing.
  event_range try_read_events(event_buffer& buffer, error_code& ec)
  {
    return read_events(buffer, false, ec);
  }

  /// Waits for events and reads as many as there are and fit, in one read(2) that is made when the
  /// operation completes. What was in the buffer before ends its life at the start. After a read
  /// that has filled its buffer it does not wait, but has a turn of the executor all the same.
  ///
  /// *Completion signature*: `void(error_code, event_range)`. Never called from inside this
  /// function.
  ///
  /// *Errors*: as `read_events`; `operation_aborted`.
  ///
  /// *Cancellation*: `terminal`, `partial`, `total`, all with the total guarantee: an operation
  /// that ends with `operation_aborted` has consumed no event.
  ///
  /// *Lifetime*: `buffer` must not be moved away or destroyed before the operation is started
  /// (which `deferred` does late); if it is destroyed later, the operation ends at the next event.
  ///
  /// *Allocation*: none in the steady state; one per operation through the handler's associated
  /// allocator, which by default is recycled.
  template <asio::completion_token_for<void(error_code, event_range)> Token =
                detail::default_token<Executor>>
  auto async_read_events(event_buffer& buffer, Token&& token = Token())
  {
    return async_read_events(buffer, read_options(), std::forward<Token>(token));
  }

  /// The same at a moment that the options say. While it lingers it is cancelled as while it waits.
  ///
  /// *Thread safety*: an operation that lingers takes the group out of the reactor, so its handler
  /// must not run at the same time as a function of this handle, `cancel` and `close` too: use a
  /// strand.
  template <asio::completion_token_for<void(error_code, event_range)> Token =
                detail::default_token<Executor>>
  auto async_read_events(event_buffer& buffer, const read_options& options, Token&& token = Token())
  {
    return asio::async_compose<Token, void(error_code, event_range)>(
        detail::read_events_op<Executor>(group_, buffer, options), token, executor_);
  }

  // Responding --------------------------------------------------------------------------------

  /// Whether this kernel takes the response in this group as it is; if not, the bare verdict would
  /// be sent. Costs a system call. 6.3
  [[nodiscard]] bool accepts(const response& r) const noexcept
  {
    return is_open() && group_->accepts(r);
  }

  /// Answers a permission event, in place: an `event`, or a view into a buffer.
  ///
  /// *Errors*: `bad_descriptor` if closed, and then the kernel has answered;
  /// `errc::not_a_permission_event`, `errc::already_answered`, `errc::foreign_event`,
  /// `errc::foreign_process`: nothing was sent; `errc::no_such_request`.
  void respond(const event_view& e, const response& r, error_code& ec) noexcept
  {
    detail::respond(group_.get(), e, r, ec);
  }

  /// As above, and throws `boost::system::system_error`.
  void respond(const event_view& e, const response& r)
  {
    error_code ec;
    respond(e, r, ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::respond");
  }

  /// Answers what of `events` needs an answer, 64 in one writev(2), and returns how many were
  /// answered. `responses` is one response for all, or a function that gives one for each.
  ///
  /// What needs no answer is passed over. If the function throws, what was decided before is sent,
  /// the rest stays unanswered, and the exception goes on.
  ///
  /// *Errors*: as above; an event of another group or process ends it, other failures don't; the
  /// first is told.
  template <event_source Events, response_source Responses>
  std::size_t respond(Events&& events, Responses&& responses, error_code& ec)
  {
    return detail::respond_all(group_.get(), events, responses, ec);
  }

  /// As above, and throws `boost::system::system_error`.
  template <event_source Events, response_source Responses>
  std::size_t respond(Events&& events, Responses&& responses)
  {
    error_code ec;
    const auto answered = detail::respond_all(group_.get(), events, responses, ec);
    detail::throw_on_error(ec, "fanio::fanotify_handle::respond");
    return answered;
  }

  /// Answers a permission event that was taken out, and ends its life.
  ///
  /// The answer is written in the initiating function, for the kernel never blocks there: the asker
  /// goes on before the handler runs.
  ///
  /// *Completion signature*: `void(error_code)`; through the executor, never from inside this
  /// function unless the handler has an associated immediate executor that does so (Boost 1.82).
  /// *Errors*: as `respond`. *Cancellation*: none: it is done when it has begun.
  template <asio::completion_token_for<void(error_code)> Token = detail::default_token<Executor>>
  auto async_respond(event&& e, const response& r, Token&& token = Token())
  {
    return asio::async_initiate<Token, void(error_code)>(initiate_respond{executor_, group_}, token,
                                                         std::move(e), r);
  }

  /// The same for an event that is answered in place. *Lifetime*: the event stays valid until the
  /// operation is started.
  template <asio::completion_token_for<void(error_code)> Token = detail::default_token<Executor>>
  auto async_respond(const event_view& e, const response& r, Token&& token = Token())
  {
    return asio::async_initiate<Token, void(error_code)>(initiate_respond{executor_, group_}, token,
                                                         e, r);
  }

  /// The same for all of `events` that need an answer: see `respond` of a range. A range that is
  /// an lvalue, or a view, is answered in place; a container given as an rvalue is taken over, and
  /// its events end their life.
  ///
  /// *Completion signature*: `void(error_code, std::size_t answered)`.
  template <event_source Events, response_source Responses,
            asio::completion_token_for<void(error_code, std::size_t)> Token =
                detail::default_token<Executor>>
  auto async_respond(Events&& events, Responses&& responses, Token&& token = Token())
  {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        initiate_respond_all{executor_, group_}, token,
        std::views::all(std::forward<Events>(events)), std::forward<Responses>(responses));
  }

private:
  using group_type = detail::group<Executor>;

  struct initiate_respond
  {
    using executor_type = Executor;

    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <typename Handler, typename Event>
    void operator()(Handler&& handler, Event e, const response& r) const
    {
      error_code ec;
      detail::respond(group.get(), e, r, ec);
      detail::complete_immediately(executor, std::forward<Handler>(handler), ec);
    }

    Executor executor;
    std::shared_ptr<group_type> group;
  };

  struct initiate_respond_all
  {
    using executor_type = Executor;

    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <typename Handler, typename Events, typename Responses>
    void operator()(Handler&& handler, Events events, Responses&& responses) const
    {
      error_code ec;
      const auto answered = detail::respond_all(group.get(), events, responses, ec);
      detail::complete_immediately(executor, std::forward<Handler>(handler), ec, answered);
    }

    Executor executor;
    std::shared_ptr<group_type> group;
  };

  event_range read_events(event_buffer& buffer, bool may_wait, error_code& ec)
  {
    detail::buffer_lease lease(buffer);
    ec = !is_open()             ? error_code(asio::error::bad_descriptor)
         : lease.is_refused()   ? error_code(errc::buffer_in_use)
         : lease.is_abandoned() ? error_code(errc::buffer_too_small)
                                : error_code();
    if (ec)
    {
      return {};
    }
    lease->clear();
    group_->before_wait();
    group_->read(*lease, ec);
    while (ec == asio::error::would_block && may_wait)
    {
      group_->wait(ec);
      if (ec)
      {
        break;
      }
      group_->read(*lease, ec);
    }
    return lease->events();
  }

  /// Owns `fd` from here on if there is no error.
  void attach(int fd, init_flags flags, const permission_policy& policy, error_code& ec)
  {
    auto group = std::make_shared<group_type>(fd, flags, policy);
    ec = group->enter_reactor(executor_);
    if (!ec)
    {
      group_ = std::move(group);
    }
  }

  /// Closed from here on, which ends what was outstanding, also for who looks later.
  [[nodiscard]] std::shared_ptr<group_type> take_group() noexcept
  {
    if (is_open())
    {
      cancellations_ += group_->cancellations() + 1;
    }
    return std::exchange(group_, nullptr);
  }

  Executor executor_;
  std::shared_ptr<group_type> group_; // null: closed
  std::size_t cancellations_ = 0;     // of the groups before
  bool non_blocking_ = false;
};

/// The handle for any executor, which the library has compiled in.
using fanotify_handle = basic_fanotify_handle<>;

extern template class FANIO_API basic_fanotify_handle<asio::any_io_executor>;

} // namespace fanio
