#pragma once

#include <fanio/detail/export.hpp>

#include <boost/system/error_code.hpp>

namespace boost::asio {}

namespace fanio {

namespace asio = boost::asio;

using boost::system::error_code;

} // namespace fanio
