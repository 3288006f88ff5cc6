#pragma once

#include "report.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fanio::bench {

/// The pictures of a run, by gnuplot, in a directory: goals.svg, the ratios against what they are
/// to reach, and NAME.svg for each plot of a case. Returns their names. *Errors*: throws
/// std::system_error and std::runtime_error, with what gnuplot says.
std::vector<std::string> write_plots(const report& of, const std::filesystem::path& directory);

/// What gnuplot is told to draw, all data within: for goals.svg, empty if there are no goals, and
/// for a plot. It draws to its standard output.
[[nodiscard]] std::string goals_script(const report& of);
[[nodiscard]] std::string script(const plot& of);

} // namespace fanio::bench
