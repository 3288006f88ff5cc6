#define BOOST_TEST_MODULE fanio
#include <boost/test/unit_test.hpp>
