#pragma once

#include <fanio/error.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/probe.hpp>
#include <fanio/response.hpp>

#include <boost/asio/error.hpp>

#include <ostream>

// How Boost.Test prints what has no operator<<.

namespace fanio {

inline std::ostream& boost_test_print_type(std::ostream& out, errc code)
{
  return out << make_error_code(code).message();
}

inline std::ostream& boost_test_print_type(std::ostream& out, mark_target target)
{
  return out << to_string(target);
}

inline std::ostream& boost_test_print_type(std::ostream& out, const response& r)
{
  return out << to_string(r);
}

inline std::ostream& boost_test_print_type(std::ostream& out, support s)
{
  return out << to_string(s);
}

inline std::ostream& boost_test_print_type(std::ostream& out, event_mask mask)
{
  return out << to_string(mask);
}

inline std::ostream& boost_test_print_type(std::ostream& out, init_flags flags)
{
  return out << to_string(flags);
}

inline std::ostream& boost_test_print_type(std::ostream& out, mark_flags flags)
{
  return out << to_string(flags);
}

inline std::ostream& boost_test_print_type(std::ostream& out, file_flags flags)
{
  return out << to_string(flags);
}

inline std::ostream& boost_test_print_type(std::ostream& out, response_flags flags)
{
  return out << to_string(flags);
}

} // namespace fanio

namespace boost::asio::error {

inline std::ostream& boost_test_print_type(std::ostream& out, basic_errors code)
{
  return out << make_error_code(code).message();
}

} // namespace boost::asio::error
