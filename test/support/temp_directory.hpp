#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace test {

/// A directory of one test, removed with all that is in it.
class temp_directory
{
public:
  temp_directory()
  {
    auto name = (std::filesystem::temp_directory_path() / "fanio-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
    {
      throw std::runtime_error("mkdtemp: " + name);
    }
    path_ = name;
  }

  temp_directory(const temp_directory&) = delete;
  temp_directory& operator=(const temp_directory&) = delete;

  ~temp_directory()
  {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const
  {
    return path_ / name;
  }

  /// Makes a file, or writes it anew.
  std::filesystem::path write(const std::string& name, const std::string& text = "text") const
  {
    auto file = path_ / name;
    std::ofstream(file) << text;
    return file;
  }

private:
  std::filesystem::path path_;
};

} // namespace test
