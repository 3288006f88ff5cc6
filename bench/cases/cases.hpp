#pragma once

#include "../harness/bench_case.hpp"

namespace fanio::bench {

// The functions of the cases: see all_cases.cpp for what each is called and compares.

} // namespace fanio::bench
