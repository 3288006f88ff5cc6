#pragma once

#include "requires.hpp"
#include <fanio/resolve/process_listener.hpp>

#include <boost/test/unit_test.hpp>

namespace test {

/// The precondition of cases that hear of processes which start.
inline boost::test_tools::assertion_result has_process_connector(boost::unit_test::test_unit_id)
{
  fanio::resolve::process_listener listener;
  fanio::error_code ec;
  listener.open(ec);
  return needs(!ec, "the process connector of netlink, here and as this user: " + ec.message());
}

} // namespace test
