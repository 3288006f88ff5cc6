// Boost.JSON in its header-only form: its code is compiled here.
#include <boost/json/src.hpp>
