// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/completion.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "tools/meshroute/arguments.h"

namespace meshroute::tool {
namespace {

std::vector<const Option*> OptionsOf(const Command& command) {
  std::vector<const Option*> options;
  for (const OptionGroup& group : command.options) {
    for (const Option& option : group.options) options.push_back(&option);
  }
  for (const Option& option : GeneralOptions()) options.push_back(&option);
  return options;
}

std::string Spaced(std::string_view choices) {
  std::string text(choices);
  std::replace(text.begin(), text.end(), '|', ' ');
  return text;
}

// `text` inside single quotes of a POSIX shell, or of zsh.
std::string ShellQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string FishQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string BashReply(std::string_view choices, Completion completion) {
  if (!choices.empty()) {
    return "COMPREPLY=($(compgen -W '" + Spaced(choices) + "' -- \"$current\"))";
  }
  if (completion == Completion::kFiles)
    return "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$current\"))";
  if (completion == Completion::kFolders)
    return "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$current\"))";
  return "COMPREPLY=()";
}

// The `case` arm for what stands behind an option that takes a value.
std::string BashValues(const Command& command) {
  std::string text;
  for (const Option* const option : OptionsOf(command)) {
    if (option->value.empty()) continue;
    text.append("    ").append(command.name).append(":--").append(option->name);
    if (option->letter != 0) {
      text.append("|").append(command.name).append(":-").append(1, option->letter);
    }
    text.append(") ")
        .append(BashReply(option->choices, option->completion))
        .append("; return ;;\n");
  }
  return text;
}

std::string BashWords(const Command& command) {
  std::string options;
  for (const Option* const option : OptionsOf(command)) {
    if (!options.empty()) options += ' ';
    options.append("--").append(option->name);
  }
  std::string text =
      "    " + std::string(command.name) + ")\n      if [[ $current == -* ]]; then\n";
  text += "        COMPREPLY=($(compgen -W '" + options + "' -- \"$current\"))\n";
  for (const Positional& positional : command.positionals) {
    if (positional.choices.empty() && positional.completion == Completion::kNothing) continue;
    text += "      else\n        " + BashReply(positional.choices, positional.completion) + "\n";
    break;
  }
  return text + "      fi ;;\n";
}

// `text` inside a specification of zsh's _arguments, which has its own signs.
std::string ZshText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string ZshAction(std::string_view choices, Completion completion) {
  if (!choices.empty()) return "(" + Spaced(choices) + ")";
  if (completion == Completion::kFiles) return "_files";
  if (completion == Completion::kFolders) return "_files -/";
  return " ";
}

std::string ZshOption(const Option& option) {
  const std::string many = option.times == Option::Times::kMany ? "*" : "";
  const std::string help = "[" + ZshText(option.help) + "]";
  std::string tail;
  if (!option.value.empty()) {
    tail = ":" + ZshText(option.value) + ":" + ZshAction(option.choices, option.completion);
  }
  std::string text =
      ShellQuoted(many + "--" + std::string(option.name) + (tail.empty() ? "" : "=") + help + tail);
  if (option.letter != 0) {
    text +=
        " \\\n          " + ShellQuoted(many + "-" + std::string(1, option.letter) + help + tail);
  }
  return text;
}

std::string ZshCase(const Command& command) {
  std::string text = "      " + std::string(command.name) + ")\n        _arguments -s";
  for (const Option* const option : OptionsOf(command)) {
    text += " \\\n          " + ZshOption(*option);
  }
  for (const Positional& positional : command.positionals) {
    const bool many = positional.count == Positional::Count::kOneOrMore ||
                      positional.count == Positional::Count::kAny;
    const std::string what =
        ZshText(positional.name) + ":" + ZshAction(positional.choices, positional.completion);
    text += " \\\n          " + ShellQuoted((many ? "*:" : ":") + what);
  }
  return text + " ;;\n";
}

std::string FishOption(const Command& command, const Option& option) {
  std::string text =
      "complete -c meshroute -n '__fish_seen_subcommand_from " + std::string(command.name) + "'";
  if (option.letter != 0) text += " -s " + std::string(1, option.letter);
  text += " -l " + std::string(option.name);
  if (!option.choices.empty()) {
    text += " -x -a " + FishQuoted(Spaced(option.choices));
  } else if (option.completion == Completion::kFiles) {
    text += " -r -F";
  } else if (option.completion == Completion::kFolders) {
    text += " -x -a '(__fish_complete_directories)'";
  } else if (!option.value.empty()) {
    text += " -x";
  }
  return text + " -d " + FishQuoted(option.help) + "\n";
}

std::string FishPositionals(const Command& command) {
  std::string text;
  const std::string head =
      "complete -c meshroute -n '__fish_seen_subcommand_from " + std::string(command.name) + "'";
  for (const Positional& positional : command.positionals) {
    if (!positional.choices.empty()) {
      text += head + " -a " + FishQuoted(Spaced(positional.choices)) + "\n";
    } else if (positional.completion == Completion::kFiles) {
      text += head + " -F\n";
    }
  }
  return text;
}

}  // namespace

std::string BashCompletion(std::span<const Command* const> commands) {
  std::string names;
  std::string values;
  std::string words;
  for (const Command* const command : commands) {
    names.append(names.empty() ? "" : " ").append(command->name);
    values += BashValues(*command);
    words += BashWords(*command);
  }
  return "# bash completion for meshroute: source <(meshroute completion bash)\n"
         "_meshroute() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  # --name=value comes in three words.\n"
         "  if [[ $current == = ]]; then current=\n"
         "  elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    COMPREPLY=($(compgen -W '" +
         names +
         "' -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]}:$previous in\n" +
         values +
         "  esac\n"
         "  case ${COMP_WORDS[1]} in\n" +
         words +
         "  esac\n"
         "}\n"
         "complete -F _meshroute meshroute\n";
}

std::string ZshCompletion(std::span<const Command* const> commands) {
  std::string names;
  std::string cases;
  for (const Command* const command : commands) {
    names +=
        "    " + ShellQuoted(std::string(command->name) + ":" + ZshText(command->summary)) + "\n";
    cases += ZshCase(*command);
  }
  return "#compdef meshroute\n"
         "# zsh completion for meshroute: meshroute completion zsh > \"${fpath[1]}/_meshroute\"\n"
         "_meshroute() {\n"
         "  local context state line\n"
         "  local -a commands\n"
         "  commands=(\n" +
         names +
         "  )\n"
         "  _arguments -C '1:command:->command' '*::argument:->argument'\n"
         "  case $state in\n"
         "  command) _describe command commands ;;\n"
         "  argument)\n"
         "    case $words[1] in\n" +
         cases +
         "    esac ;;\n"
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _meshroute ]; then _meshroute \"$@\"; else compdef _meshroute "
         "meshroute; fi\n";
}

std::string FishCompletion(std::span<const Command* const> commands) {
  std::string text =
      "# fish completion for meshroute: meshroute completion fish | source\n"
      "complete -c meshroute -f\n";
  for (const Command* const command : commands) {
    text += "complete -c meshroute -n __fish_use_subcommand -a " + std::string(command->name) +
            " -d " + FishQuoted(command->summary) + "\n";
    for (const Option* const option : OptionsOf(*command)) text += FishOption(*command, *option);
    text += FishPositionals(*command);
  }
  return text;
}

}  // namespace meshroute::tool
