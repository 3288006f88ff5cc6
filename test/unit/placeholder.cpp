#include <boost/test/unit_test.hpp>
BOOST_AUTO_TEST_SUITE(s)
BOOST_AUTO_TEST_CASE(good) { BOOST_TEST(true); }
BOOST_AUTO_TEST_CASE(skipped, *boost::unit_test::precondition([](auto){ boost::test_tools::assertion_result r(false); r.message() << "needs root"; return r; })) { BOOST_TEST(false); }
BOOST_AUTO_TEST_CASE_TEMPLATE(t, T, decltype(std::tuple<int,long>())) { BOOST_TEST(sizeof(T)>0); }
BOOST_AUTO_TEST_SUITE_END()
