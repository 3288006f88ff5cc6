#pragma once

#include "activity.hpp"
#include "scenario.hpp"

namespace test {

/// A scenario about one file, on an ext4 that nobody else knows of.
struct file_scenario : scenario
{
  private_filesystem fs;
  std::filesystem::path file = fs.write("file");
};

} // namespace test
