#include "manual.hpp"

#include "option_values.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string_view>
#include <vector>

namespace fanio::tool {

namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& program)
{
  return program.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app, bool positional)
{
  return app.get_options([=](const CLI::Option* o)
                         { return o->get_positional() == positional && !o->get_group().empty(); });
}

bool takes_value(const CLI::Option& o)
{
  return o.get_items_expected_max() > 0 && !o.get_type_name().empty();
}

/// "-s", "--seconds"
std::vector<std::string> names_of(const CLI::Option& o)
{
  std::vector<std::string> names;
  std::ranges::transform(o.get_snames(), std::back_inserter(names),
                         [](const std::string& name) { return "-" + name; });
  std::ranges::transform(o.get_lnames(), std::back_inserter(names),
                         [](const std::string& name) { return "--" + name; });
  return names;
}

// man(7) ------------------------------------------------------------------------------------------

/// Text in which nothing is a request.
std::string roff(std::string_view text)
{
  std::string out;
  bool begins_line = true;
  for (const char c : text)
  {
    const bool is_control = begins_line && (c == '.' || c == '\'');
    begins_line = c == '\n';
    out += is_control ? "\\&" : "";
    switch (c)
    {
    case '\\':
      out += "\\e";
      break;
    case '-':
      out += "\\-";
      break;
    default:
      out += c;
    }
  }
  return out;
}

void write_options(std::ostream& out, const CLI::App& app)
{
  for (const auto* const o : options_of(app, false))
  {
    out << ".TP\n";
    std::string_view between;
    for (const auto& name : names_of(*o))
    {
      out << between << "\\fB" << roff(name) << "\\fR";
      between = ", ";
    }
    out << (takes_value(*o) ? " \\fI" + roff(o->get_type_name()) + "\\fR" : "") << '\n'
        << roff(o->get_description()) << '\n';
  }
}

void write_synopsis(std::ostream& out, const std::string& name, const CLI::App& app)
{
  out << ".SH SYNOPSIS\n.B " << roff(name) << "\n[\\fIOPTION\\fR]...";
  for (const auto* const o : options_of(app, true))
  {
    const bool is_many = o->get_items_expected_max() > 1;
    const auto word = "\\fI" + roff(o->get_name(true)) + "\\fR" + (is_many ? "..." : "");
    out << (o->get_required() ? " " + word : " [" + word + "]");
  }
  out << '\n';
}

void write_arguments(std::ostream& out, const CLI::App& app)
{
  for (const auto* const o : options_of(app, true))
  {
    out << ".TP\n\\fI" << roff(o->get_name(true)) << "\\fR\n" << roff(o->get_description()) << '\n';
  }
}

/// What stands behind the options in --help.
void write_footer(std::ostream& out, const CLI::App& app)
{
  if (const auto footer = app.get_footer(); !footer.empty())
  {
    out << ".SH NOTES\n.nf\n" << roff(footer) << "\n.fi\n";
  }
}

// bash(1) -----------------------------------------------------------------------------------------

std::string join(const std::vector<std::string>& words, std::string_view between)
{
  std::string text;
  for (const auto& word : words)
  {
    text += text.empty() ? "" : between;
    text += word;
  }
  return text;
}

std::string all_names(const CLI::App& app)
{
  std::vector<std::string> all;
  for (const auto* const o : options_of(app, false))
  {
    std::ranges::copy(names_of(*o), std::back_inserter(all));
  }
  return join(all, " ");
}

/// The options behind which a word of their own stands, as a pattern of case.
std::string names_with_value(const CLI::App& app)
{
  std::vector<std::string> all;
  for (const auto* const o : options_of(app, false))
  {
    std::ranges::copy(takes_value(*o) ? names_of(*o) : std::vector<std::string>(),
                      std::back_inserter(all));
  }
  return join(all, "|");
}

std::string_view variable_of(value_form form)
{
  return form == value_form::one ? "values" : form == value_form::list ? "lists" : "letters";
}

/// What may stand behind which option, as a case on the word before.
std::string value_cases(const CLI::App& app)
{
  std::string cases;
  for (const auto* const o : options_of(app, false))
  {
    if (const auto [form, words] = values_of(*o); !words.empty())
    {
      cases += "      " + join(names_of(*o), "|") + ") " + std::string(variable_of(form)) + "='" +
               join(words, " ") + "' ;;\n";
    }
  }
  return cases.empty() ? "" : "    case $before in\n" + cases + "    esac\n";
}

/// What comes behind the case of the commands.
constexpr std::string_view bash_choice = R"(  # shellcheck disable=SC2053 # a pattern is meant
  if [[ $letters ]]; then
    mapfile -t COMPREPLY < <(compgen -P "$word" -W "$letters")
  elif [[ $lists ]]; then
    [[ $word == *,* ]] && begun=${word%,*},
    mapfile -t COMPREPLY < <(compgen -P "$begun" -W "$lists" -- "${word##*,}")
  elif [[ $values ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
  elif [[ $word == -* && $before != $valued ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  fi
}
)";

} // namespace

std::string manual_page(const CLI::App& program, const CLI::App* command)
{
  const auto& app = command != nullptr ? *command : program;
  const auto name = program.get_name() + (command != nullptr ? " " + command->get_name() : "");
  auto title = name;
  std::ranges::replace(title, ' ', '-');

  std::ostringstream out;
  out << ".TH " << roff(title) << " 1\n.SH NAME\n"
      << roff(title) << " \\- " << roff(app.get_description()) << '\n';
  write_synopsis(out, name, app);
  out << ".SH OPTIONS\n";
  write_arguments(out, app);
  write_options(out, app);
  if (command == nullptr)
  {
    out << ".SH COMMANDS\n";
    for (const auto* const one : commands_of(program))
    {
      out << ".TP\n\\fB" << roff(one->get_name()) << "\\fR\n"
          << roff(one->get_description()) << ": see \\fB" << roff(title + "-" + one->get_name())
          << "\\fR(1)\n";
    }
  }
  write_footer(out, app);
  out << ".SH SEE ALSO\n.BR fanotify (7)\n";
  return out.str();
}

std::string bash_completion(const CLI::App& program)
{
  std::ostringstream out;
  const auto& name = program.get_name();
  std::vector<std::string> commands;
  std::ostringstream cases;
  for (const auto* const one : commands_of(program))
  {
    commands.push_back(one->get_name());
    cases << "  " << one->get_name() << ")\n    options='" << all_names(*one) << "'\n    valued='@("
          << names_with_value(*one) << ")'\n"
          << value_cases(*one) << "    ;;\n";
  }
  out << "# bash completion for " << name << "; where it knows nothing bash completes files.\n_"
      << name << "() {\n  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
      << "  local options='" << all_names(program)
      << "' valued='@()' values='' lists='' letters='' begun=''\n  COMPREPLY=()\n"
      << "  if ((COMP_CWORD == 1)); then\n    mapfile -t COMPREPLY < <(compgen -W \""
      << join(commands, " ") << " $options\" -- \"$word\")\n    return\n  fi\n"
      << "  # of --option=value bash makes three words\n"
      << "  if [[ $before == = ]]; then\n    before=${COMP_WORDS[COMP_CWORD-2]}\n"
      << "  elif [[ $word == = ]]; then\n    word=''\n  fi\n"
      << "  case ${COMP_WORDS[1]} in\n"
      << cases.str() << "  esac\n"
      << bash_choice << "complete -o default -F _" << name << ' ' << name << '\n';
  return out.str();
}

} // namespace fanio::tool
