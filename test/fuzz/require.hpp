#pragma once

#include <cstdlib>

namespace fuzz {

/// Ends the program, which the fuzzer reports, unless what must hold holds.
inline void require(bool what)
{
  if (!what)
  {
    std::abort();
  }
}

} // namespace fuzz
