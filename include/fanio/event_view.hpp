#pragma once

#include <fanio/detail/event_format.hpp>
#include <fanio/detail/event_owner.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/info_record.hpp>
#include <fanio/unique_fd.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fanio {

class event;

namespace detail {
class answer_batch;
}

/// What a filesystem reported about itself (`event_mask::fs_error`).
struct filesystem_error
{
  int error = 0;           ///< A positive errno: the first one since the last read.
  std::uint32_t count = 0; ///< How many errors this event stands for.

  friend constexpr bool operator==(const filesystem_error&, const filesystem_error&) = default;
};

/// The bytes that a `pre_access` event is about: page-aligned, may lie beyond the end of the file.
struct access_range
{
  std::uint64_t offset = 0; ///< In bytes.
  std::uint64_t count = 0;  ///< In bytes; may be 0.

  friend constexpr bool operator==(const access_range&, const access_range&) = default;
};

/// One event, borrowed: a cheap value, valid until its buffer is read into, cleared or destroyed.
///
/// Every accessor is a look into the bytes of the buffer; none makes a system call but `take_fd`
/// in one case. What an event carries is decided by the flags of its group (fanotify_init(2)); a
/// thing that it does not carry is absent, and that is no error.
///
/// *Thread safety*: that of its buffer: distinct buffers may be used at once, one may not.
class event_view
{
public:
  /// *Precondition*: `data` is a validated event. `owner` may be null: an event parsed from bytes
  /// owns no descriptor and can't be answered.
  event_view(const std::byte* data, detail::event_owner* owner,
             detail::event_format format) noexcept
      : data_(data),
        owner_(owner),
        format_(format)
  {}

  /// What happened. More than one event bit where the kernel merged events.
  [[nodiscard]] event_mask mask() const noexcept
  {
    return static_cast<event_mask>(
        detail::wire::load<std::uint64_t>(data_ + detail::wire::event::mask));
  }

  /// The process (with `report_tid`, the thread) that caused it, in the reader's pid namespace; 0
  /// if it is not to be known: in a group opened without privilege for all but the reader itself.
  [[nodiscard]] std::int32_t pid() const noexcept
  {
    return detail::wire::load<std::int32_t>(data_ + detail::wire::event::pid);
  }

  /// An open descriptor of the object, or -1: events of FID groups have none, some are lost
  /// (`lost`), this one may have been taken. It stays the owner's, and using it makes no events.
  [[nodiscard]] int fd() const noexcept
  {
    const auto fd = raw_fd();
    return fd >= 0 && !is_done(detail::event_state::fd_gone) ? fd : -1;
  }

  /// A pidfd of the process that caused it (`report_pidfd`), or -1. It stays the owner's.
  [[nodiscard]] int pidfd() const noexcept
  {
    const auto fd = raw_pidfd();
    return fd >= 0 && !is_done(detail::event_state::pidfd_gone) ? fd : -1;
  }

  /// Set if the kernel could not open the object for the reader (`report_fd_error`): what the
  /// event was about is lost, and if it was a permission event, access was denied. The code's
  /// category is `lost_event_category`.
  [[nodiscard]] FANIO_API error_code lost() const noexcept;

  /// Set if the group reports pidfds and this event has none: ESRCH where the process is gone, EIO
  /// where the kernel does not say why.
  [[nodiscard]] FANIO_API error_code pidfd_error() const noexcept;

  /// Whether events were dropped here because the queue was full (or memory short). Such an event
  /// is about no object.
  [[nodiscard]] bool is_overflow() const noexcept
  {
    return has_any(mask(), event_mask::q_overflow);
  }

  /// Whether the object is a directory. Told by FID groups only.
  [[nodiscard]] bool is_directory() const noexcept { return has_any(mask(), event_mask::ondir); }

  /// Whether it is a permission event, answered or not.
  [[nodiscard]] bool is_permission() const noexcept
  {
    return has_any(mask(), event_mask::all_permission);
  }

  /// Whether someone is blocked until this event is answered. False once it is, and for a lost
  /// permission event, which the kernel has denied itself.
  [[nodiscard]] bool needs_response() const noexcept
  {
    return data_ != nullptr && is_permission() && raw_fd() >= 0 &&
           !is_done(detail::event_state::answered);
  }

  /// Whether the mask holds several events whose order the kernel did not keep: create and delete
  /// in one event say that both happened and not which was the last. `open|open_exec` is one
  /// event, and so is `mnt_attach|mnt_detach`: a moved mount.
  [[nodiscard]] FANIO_API bool order_unknown() const noexcept;

  /// The file handle of the object. For directory entry events that is the directory itself in a
  /// group of `report_fid` alone, and the child with `report_target_fid`.
  [[nodiscard]] FANIO_API std::optional<file_handle_view> fid() const noexcept;

  /// The file handle of the directory that the object is in; of the directory itself where the
  /// object is one. In a group of `report_dir_fid` alone the kernel labels the parent's handle as
  /// the object's; that is put right here.
  [[nodiscard]] FANIO_API std::optional<file_handle_view> dfid() const noexcept;

  /// The name in that directory; "." where the object is the directory. Bytes, not text. Stale as
  /// soon as somebody renames.
  [[nodiscard]] FANIO_API std::optional<std::string_view> name() const noexcept;

  /// The directory and the name before a `rename`; absent if that directory is not watched.
  [[nodiscard]] FANIO_API std::optional<file_handle_view> old_dfid() const noexcept;
  [[nodiscard]] FANIO_API std::optional<std::string_view> old_name() const noexcept;

  /// The directory and the name after a `rename`; absent if that directory is not watched.
  [[nodiscard]] FANIO_API std::optional<file_handle_view> new_dfid() const noexcept;
  [[nodiscard]] FANIO_API std::optional<std::string_view> new_name() const noexcept;

  /// What an `fs_error` event reports.
  [[nodiscard]] FANIO_API std::optional<filesystem_error> error() const noexcept;

  /// Which bytes a `pre_access` event is about; absent where the kernel does not know.
  [[nodiscard]] FANIO_API std::optional<access_range> range() const noexcept;

  /// The unique id of the mount (STATX_MNT_ID_UNIQUE) in mount events.
  [[nodiscard]] FANIO_API std::optional<std::uint64_t> mount_id() const noexcept;

  /// All information records, also those of kinds that are not known here.
  [[nodiscard]] FANIO_API info_range records() const noexcept;

  /// The event as the kernel wrote it.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept
  {
    return {data_, detail::wire::load<std::uint32_t>(data_)};
  }

  /// Takes the descriptor out: it is the caller's. Of a permission event that is unanswered a
  /// duplicate is given, for the number must stay taken until the answer is sent.
  ///
  /// *Errors*: `bad_descriptor` if there is none; EMFILE from the duplication.
  [[nodiscard]] FANIO_API unique_fd take_fd(error_code& ec) const noexcept;

  /// As above, and throws `boost::system::system_error`.
  [[nodiscard]] FANIO_API unique_fd take_fd() const;

  /// Takes the pidfd out: it is the caller's. Empty if there is none.
  [[nodiscard]] FANIO_API unique_fd take_pidfd() const noexcept;

  /// Takes the whole event out of its buffer: a copy of its bytes, its descriptors, its duty to
  /// answer. What was taken or answered before stays so. Defined with `event`.
  ///
  /// *Errors*: throws `std::bad_alloc`; the event then stays where it is.
  [[nodiscard]] FANIO_API event take() const;

private:
  friend class event;
  friend class detail::answer_batch;

  [[nodiscard]] std::int32_t raw_fd() const noexcept
  {
    return detail::wire::load<std::int32_t>(data_ + detail::wire::event::fd);
  }

  [[nodiscard]] FANIO_API std::int32_t raw_pidfd() const noexcept;

  [[nodiscard]] bool is_done(std::uint8_t bit) const noexcept
  {
    return owner_ != nullptr && (owner_->state_of(data_) & bit) != 0;
  }

  const std::byte* data_;
  detail::event_owner* owner_;
  detail::event_format format_;
};

} // namespace fanio
