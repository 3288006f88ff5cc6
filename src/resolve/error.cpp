#include <fanio/resolve/error.hpp>

#include <cerrno>
#include <string>

namespace fanio::resolve {

namespace {

class category final : public boost::system::error_category
{
public:
  constexpr category() noexcept = default;

  [[nodiscard]] const char* name() const noexcept override { return "fanio.resolve"; }

  [[nodiscard]] std::string message(int code) const override
  {
    switch (static_cast<errc>(code))
    {
    case errc::no_object:
      return "the event has neither a file handle nor a descriptor";
    case errc::stale:
      return "it is gone from its filesystem, and its path was not known";
    case errc::not_permitted:
      return "its directory was not learnt, and opening by handle takes CAP_DAC_READ_SEARCH in the "
             "initial user namespace";
    case errc::evicted:
      return "its directory is not known, or no longer: raise max_directories";
    case errc::unknown_filesystem:
      return "no mount that is seen here has its fsid";
    case errc::outside_of_mounts:
      return "its filesystem is mounted here, but not the part that it is in";
    case errc::hidden:
      return "something else is mounted over it";
    case errc::no_handles:
      return "its filesystem can't open by handle, and its directory was not learnt";
    }
    return "unknown error " + std::to_string(code);
  }

  [[nodiscard]] boost::system::error_condition
  default_error_condition(int code) const noexcept override
  {
    const auto is = [](int error)
    { return boost::system::error_condition(error, boost::system::generic_category()); };
    switch (static_cast<errc>(code))
    {
    case errc::no_object:
      return is(EINVAL);
    case errc::stale:
      return is(ESTALE);
    case errc::not_permitted:
    case errc::evicted:
      return is(EPERM);
    case errc::unknown_filesystem:
      return is(ENODEV);
    case errc::outside_of_mounts:
      return is(EXDEV);
    case errc::hidden:
      return is(ENOENT);
    case errc::no_handles:
      return is(EOPNOTSUPP);
    }
    return {code, *this};
  }
};

constexpr category the_category;

} // namespace

const boost::system::error_category& resolve_category() noexcept
{
  return the_category;
}

} // namespace fanio::resolve
