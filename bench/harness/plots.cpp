#include "plots.hpp"

#include "output_file.hpp"
#include "process.hpp"
#include "scratch.hpp"
#include "statistics.hpp"
#include "table.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace fanio::bench {

namespace {

/// A goal that is a bar: its end is at 1 where the goal is just reached, and before it if it is
/// more than reached.
struct bar
{
  std::string name;
  std::string figures;
  double length;
  bool is_reached;
};

/// In double quotes and without what gnuplot would interpret in them.
std::string quoted(std::string text)
{
  std::erase_if(text, [](char c) { return c == '"' || c == '\\' || c == '\n' || c == '`'; });
  return '"' + text + '"';
}

std::string start(int width, int height, const std::string& title)
{
  std::ostringstream text;
  // A background of its own: it is read on dark pages, too.
  text << "set terminal svg size " << width << ',' << height
       << " dynamic noenhanced font 'sans-serif,14' background '#ffffff'\n"
       << "set title " << quoted(title) << "\nset border lc '#444444'\nset grid lc '#dddddd'\n";
  return text.str();
}

void add_bar(std::vector<bar>& bars, std::string name, const row& of, const goal& to_reach,
             const std::vector<double>& values)
{
  const double value = median(values);
  const bool is_bound_above = to_reach.kind == goal::bound::at_most;
  const double length = is_bound_above ? value / to_reach.value : to_reach.value / value;
  if (!(to_reach.value > 0) || !(value > 0)) // a count that is to be 0 is no ratio
  {
    return;
  }
  bars.push_back({std::move(name),
                  figure(value) + (is_bound_above ? " (≤ " : " (≥ ") + figure(to_reach.value) + ')',
                  length, is_reached(of, to_reach, values)});
}

std::vector<bar> bars_of(const report& run)
{
  std::vector<bar> bars;
  for (const auto& found : run.cases)
  {
    for (const auto& row : found.rows)
    {
      for (const auto& to : row.ratios)
      {
        if (to.to_reach && !to.values.empty())
        {
          add_bar(bars, found.name + ": " + row.program + " / " + to.reference, row, *to.to_reach,
                  to.values);
        }
      }
    }
  }
  return bars;
}

std::string read_whole(const std::filesystem::path& file)
{
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What gnuplot makes of a script.
std::string drawn(const std::string& script, const std::filesystem::path& workspace)
{
  const auto commands = workspace / "commands";
  const auto picture = workspace / "picture";
  const auto output = workspace / "output";
  write_file(commands, "set output " + quoted(picture.string()) + '\n' + script + "\nset output\n");
  auto gnuplot = process::run({"gnuplot", commands.string()}, {.output = output.string()});
  const bool has_ended_well = gnuplot.wait(std::chrono::minutes(1)).is_success();
  auto svg = read_whole(picture);
  if (!has_ended_well || svg.find("</svg>") == std::string::npos)
  {
    throw std::runtime_error("gnuplot: " + read_whole(output));
  }
  return svg;
}

} // namespace

std::string goals_script(const report& of)
{
  const auto bars = bars_of(of);
  if (bars.empty())
  {
    return {};
  }
  constexpr double longest = 2; // what misses its goal by more is told by its label
  const auto widest = std::ranges::max(bars, {}, [](const bar& b) { return b.name.size(); });
  std::ostringstream text;
  text << start(1100, 150 + 28 * static_cast<int>(bars.size()), "Ratios against their goals")
       << "set xlabel 'of what is allowed (1: just reached)'\n"
       << "set xrange [0:" << longest + 1 << "]\nset yrange ["
       << static_cast<double>(bars.size()) - 0.4
       << ":-0.6]\nset arrow from 1, graph 0 to 1, graph 1 nohead lw 2 lc '#444444' front\n"
       << "set style fill solid noborder\nunset key\nset xtics 0, 0.5, " << longest
       << "\nset ytics nomirror scale 0\nset grid noytics\nset lmargin "
       << widest.name.size() * 9 / 10 + 3 << "\n$bars << END\n";
  for (std::size_t i = 0; i < bars.size(); ++i)
  {
    text << i << ' ' << std::min(bars[i].length, longest) << ' '
         << (bars[i].is_reached ? 0x2a7f9e : 0xd9822b) << ' ' << quoted(bars[i].name) << ' '
         << quoted(bars[i].figures) << '\n';
  }
  text << "END\nplot $bars using (0):1:(0):2:($1-0.35):($1+0.35):3:ytic(4) with boxxyerror lc rgb "
          "variable, \\\n  $bars using ("
       << longest << "):1:5 with labels left offset 1,0 tc rgb '#222222'\n";
  return text.str();
}

std::string script(const plot& of)
{
  constexpr std::size_t colours = 8; // that gnuplot has; then they come again
  std::ostringstream text;
  text << start(900, 520, of.title) << "set xlabel " << quoted(of.x_label) << "\nset ylabel "
       << quoted(of.y_label) << "\nset key outside bottom center horizontal\n"
       << (of.logarithmic_x ? "set logscale x\n" : "") << "set yrange [0:*]\n";
  std::string plotted;
  for (std::size_t i = 0; i < of.curves.size(); ++i)
  {
    if (of.curves[i].points.empty())
    {
      continue;
    }
    text << "$c" << i << " << END\n";
    for (const auto& [x, y] : of.curves[i].points)
    {
      text << x << ' ' << y << '\n';
    }
    text << "END\n";
    plotted += (plotted.empty() ? "plot $c" : ", $c") + std::to_string(i) + " using 1:2 with " +
               (of.curves[i].points.size() < 20 ? "linespoints" : "lines") + " lw 2" +
               (i < colours ? "" : " dashtype 2") + " title " + quoted(of.curves[i].name);
  }
  text << plotted << '\n';
  return text.str();
}

std::vector<std::string> write_plots(const report& of, const std::filesystem::path& directory)
{
  const temporary_directory workspace;
  std::vector<std::string> names;
  const auto draw = [&](const std::string& name, const std::string& commands)
  {
    names.push_back(name + ".svg");
    write_file(directory / names.back(), drawn(commands, workspace.path()));
  };
  if (const auto commands = goals_script(of); !commands.empty())
  {
    draw("goals", commands);
  }
  for (const auto& found : of.cases)
  {
    for (const auto& plot : found.plots)
    {
      if (std::ranges::any_of(plot.curves, [](const curve& c) { return !c.points.empty(); }))
      {
        draw(plot.name, script(plot));
      }
    }
  }
  return names;
}

} // namespace fanio::bench
