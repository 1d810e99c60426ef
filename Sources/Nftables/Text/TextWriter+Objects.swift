extension TextWriter {
    mutating func counter(_ counter: NamedCounter) {
        write("\tcounter ")
        write(counter.name)
        write(" {\n")
        comment(counter.comment)
        write("\t}\n")
    }

    mutating func set(_ set: NamedSet) {
        write("\tset ")
        write(set.name)
        write(" {\n")
        switch set.content {
        case .ipv4(let ranges):
            write("\t\ttype ipv4_addr\n\t\tflags interval\n")
            comment(set.comment)
            if !ranges.isEmpty {
                openElements()
                elements(ranges)
                closeElements()
            }
        case .ipv6(let ranges):
            write("\t\ttype ipv6_addr\n\t\tflags interval\n")
            comment(set.comment)
            if !ranges.isEmpty {
                openElements()
                elements(ranges)
                closeElements()
            }
        case .time(let ranges):
            write("\t\ttypeof meta time\n\t\tflags interval\n")
            comment(set.comment)
            if !ranges.isEmpty {
                openElements()
                elements(ranges)
                closeElements()
            }
        case .dynamic(let family, let size, let timeoutSeconds):
            switch family {
            case .v4: write("\t\ttype ipv4_addr\n\t\tsize ")
            case .v6: write("\t\ttype ipv6_addr\n\t\tsize ")
            }
            number(size)
            write("\n\t\tflags dynamic,timeout\n\t\ttimeout ")
            number(timeoutSeconds)
            write("s\n")
            comment(set.comment)
        case .timed(let family, let ranges, let size):
            write(family == .v4 ? "\t\ttype ipv4_addr\n\t\tsize " : "\t\ttype ipv6_addr\n\t\tsize ")
            number(size)
            write(ranges ? "\n\t\tflags interval,timeout\n" : "\n\t\tflags timeout\n")
            comment(set.comment)
        case .cgroups:
            write("\t\ttype cgroupsv2\n")
            comment(set.comment)
        case .connections(let sequence, let size, let timeoutSeconds):
            write("\t\ttypeof ct id . tcp sport")
            if sequence { write(" . tcp sequence") }
            write("\n\t\tsize ")
            number(size)
            write("\n\t\tflags dynamic,timeout\n\t\ttimeout ")
            number(timeoutSeconds)
            write("s\n")
            comment(set.comment)
        case .timedProtocols(let seconds?):
            write("\t\ttype nf_proto\n\t\tsize ")
            number(NamedSet.protocolsSize)
            write("\n\t\tflags dynamic,timeout\n\t\ttimeout ")
            number(seconds)
            write("s\n")
            comment(set.comment)
        case .timedProtocols:
            write("\t\ttype nf_proto\n\t\tflags timeout\n")
            comment(set.comment)
        }
        write("\t}\n")
    }

    /// Writes a map; without its elements where the chains they lead to come later.
    mutating func map(_ map: VerdictMap, withElements: Bool) {
        write("\tmap ")
        write(map.name)
        write(" {\n\t\ttype inet_proto . inet_service : verdict\n")
        if map.takesRanges { write("\t\tflags interval\n") }
        if withElements, !map.elements.isEmpty {
            openElements()
            elements(map.elements)
            closeElements()
        }
        write("\t}\n")
    }

    mutating func chain(_ chain: Chain) {
        write("\tchain ")
        write(chain.name)
        write(" {\n")
        if let hook = chain.hook {
            write("\t\ttype filter hook ")
            write(hook.point.rawValue)
            write(" priority ")
            number(hook.priority)
            write("; policy ")
            write(hook.policy.rawValue)
            write(";\n")
        }
        for rule in chain.rules {
            write("\t\t")
            self.rule(rule)
            newline()
        }
        write("\t}\n")
    }

    private mutating func comment(_ comment: String?) {
        guard let comment else { return }
        write("\t\tcomment ")
        quoted(comment)
        newline()
    }

    private mutating func openElements() { write("\t\telements = { ") }
    private mutating func closeElements() { write(" }\n") }
}
