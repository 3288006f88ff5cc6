#pragma once

#include "../harness/cpu.hpp"

namespace fanio::bench {

/// The calling thread is on one core as long as this lives.
class on_core
{
public:
  explicit on_core(int core) noexcept { run_on(core); }

  on_core(const on_core&) = delete;
  on_core& operator=(const on_core&) = delete;

  ~on_core() { run_anywhere(); }
};

} // namespace fanio::bench
