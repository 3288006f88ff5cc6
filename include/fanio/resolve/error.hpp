#pragma once

#include <fanio/detail/config.hpp>

#include <boost/system/error_category.hpp>

#include <type_traits>

namespace fanio::resolve {

/// Why a path is not known. Never is a wrong one given instead.
enum class errc
{
  no_object = 1,      ///< The event has neither a file handle nor a descriptor.
  stale,              ///< ESTALE: it is gone from its filesystem.
  not_permitted,      ///< EPERM: opening by handle takes CAP_DAC_READ_SEARCH.
  evicted,            ///< Nor may it be asked for; it may have been known once.
  unknown_filesystem, ///< No mount that is seen here has this fsid.
  outside_of_mounts,  ///< Its filesystem is mounted, but not the part that it is in.
  hidden,             ///< Something else is mounted over it.
  no_handles,         ///< The filesystem can't open by handle, and it was not learnt.
};

/// The category of `errc`; each message says what can be done.
[[nodiscard]] FANIO_API const boost::system::error_category& resolve_category() noexcept;

[[nodiscard]] inline error_code make_error_code(errc e) noexcept
{
  return {static_cast<int>(e), resolve_category()};
}

} // namespace fanio::resolve

template <>
struct boost::system::is_error_code_enum<fanio::resolve::errc> : std::true_type
{};
