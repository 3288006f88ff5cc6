#include "explained_error.hpp"

#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <system_error>

namespace fanio::tool {

namespace {

template <typename Code>
std::exception_ptr explained(const Code& code, const std::exception_ptr& error)
{
  return code == std::errc::too_many_files_open
             ? std::make_exception_ptr(std::runtime_error(
                   "too many open files: raise the limit for this process (ulimit -n)"))
             : error;
}

} // namespace

std::exception_ptr explained(const std::exception_ptr& error)
{
  try
  {
    std::rethrow_exception(error);
  }
  catch (const std::system_error& e)
  {
    return explained(e.code(), error);
  }
  catch (const boost::system::system_error& e)
  {
    return explained(e.code(), error);
  }
  catch (...)
  {
    return error;
  }
}

} // namespace fanio::tool
