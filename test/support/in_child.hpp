#pragma once

#include "forked.hpp"

#include <boost/test/execution_monitor.hpp>
#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <iostream>
#include <utility>

namespace test {

/// Runs a part of a test; 0 if every check of the test has held so far. For children: what fails
/// in one is told as everywhere, but the results of the parent know nothing of it.
template <typename Part>
int checked(Part&& part) noexcept
{
  namespace utf = boost::unit_test;
  try
  {
    std::forward<Part>(part)();
  }
  catch (const boost::execution_aborted&)
  {
    // A requirement, which was told.
  }
  catch (const std::exception& e)
  {
    BOOST_ERROR("in a child: " << e.what());
  }
  std::cout.flush();
  const auto id = utf::framework::current_test_case_id();
  return utf::results_collector.results(id).passed() ? 0 : 1;
}

/// A part of the test in a child, which may become somebody else: the test fails where it does.
template <typename Part>
void in_child(Part&& part)
{
  std::cout.flush();
  forked process([&] { return checked(part); });
  BOOST_TEST(process.result() == 0, "a check failed in a child");
}

} // namespace test
