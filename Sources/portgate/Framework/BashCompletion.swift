/// The completion script for bash, made from the option tables.
enum BashCompletion {
    /// The script; `source <(portgate completions bash)` puts it to use.
    static var script: String {
        var text = """
            # bash completion for portgate; made by `portgate completions bash`
            _portgate() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=
                COMPREPLY=()
                if [ "$COMP_CWORD" -eq 1 ]; then
                    words='\(CommandList.all.map { $0.name }.joined(separator: " ")) --help --version'
                    COMPREPLY=($(compgen -W "$words" -- "$current"))
                    return
                fi
                case ${COMP_WORDS[1]} in

            """
        for command in CommandList.all { text += branch(command) }
        text += """
                esac
                case $current in
                -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
                esac
            }
            complete -o filenames -F _portgate portgate

            """
        return text
    }

    private static func branch(_ command: any Command.Type) -> String {
        let options = command.optionDescriptions
        var text = "    \(command.name))\n"
        text += "        words='\(options.flatMap(names).joined(separator: " "))'\n"
        text += "        case $previous in\n"
        for option in options where option.value != nil {
            text += "        \(names(option).joined(separator: "|"))) \(reply(option.completion)); return ;;\n"
        }
        text += "        esac\n"
        text += "        case $current in -*) ;; *) \(reply(command.operandCompletion)) ;; esac\n"
        return text + "        ;;\n"
    }

    private static func names(_ option: OptionDescription) -> [String] {
        (option.short.map { ["-\($0)"] } ?? []) + ["--\(option.long)"]
    }

    private static func reply(_ completion: OptionDescription.Completion) -> String {
        switch completion {
        case .nothing: ":"
        case .paths: "COMPREPLY=($(compgen -f -- \"$current\"))"
        case .words(let words): "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$current\"))"
        }
    }
}
