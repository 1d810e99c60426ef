import Policy

extension DifferenceReport {
    /// The most blocks of a change that are listed.
    private static let mostBlocks = 1_000

    /// The difference as one JSON object; `docs/output-formats.md` describes it.
    public var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            JSONReport.head(command: Self.command, complete: isComplete, &json)
            json.member("old", old)
            json.member("new", new)
            json.member("from", difference.from.rfc3339)
            json.member("horizon", difference.horizon.rfc3339)
            json.key("findings")
            json.array(report.subjects.flatMap(\.findings)) { JSONReport.finding($1, in: newSources, &$0) }
            json.key("changes")
            json.array { json in
                for port in difference.ports {
                    for change in port.changes { write(change, of: port, isStaged: false, &json) }
                    for change in port.staged { write(change, of: port, isStaged: true, &json) }
                }
            }
            json.key("settings")
            json.array { json in
                for port in difference.ports { for setting in port.settings { write(setting, port.name, &json) } }
                for setting in difference.settings { write(setting, nil, &json) }
            }
            json.key("undecided")
            json.array(difference.undecided) { $0.string($1.text) }
            json.key("summary")
            json.object { json in
                json.member("widened", difference.widened)
                json.member("narrowed", difference.narrowed)
                json.member("unchanged", difference.isUnchanged)
            }
        }
        return json.finished()
    }

    /// Writes a change, once for each of its protocols.
    private func write(
        _ change: AccessChange, of port: PortDifference, isStaged: Bool, _ json: inout JSONWriter
    ) {
        let sources = SourceWords(change.sources, limit: Self.mostBlocks)
        for transport in change.transports {
            json.object { json in
                json.member("port", port.name?.text ?? "")
                if let old = port.oldName, old != port.newName { json.member("old_port", old.text) }
                json.member("change", change.direction.rawValue)
                json.member("standing", port.standing.word)
                json.member("protocol", transport.name)
                json.key("numbers")
                json.array(change.ports) { json, range in
                    json.string(range.first == range.last ? "\(range.first)" : "\(range.first)-\(range.last)")
                }
                json.key("cidrs")
                json.array(sources.blocks) { $0.string($1) }
                json.member("cidrs_left", sources.blocksLeft)
                json.key("addresses")
                json.object { json in
                    json.member("ipv4", sources.count4)
                    // More than a JSON number holds.
                    json.member("ipv6", sources.count6 == .max ? "2^128" : "\(sources.count6)")
                }
                json.key("own")
                json.array(sources.own) { $0.string($1) }
                json.key("own_except")
                json.array(sources.ownExcept) { $0.string($1) }
                write(change.holders, "identities", &json)
                write(change.exceptHolders, "identities_except", &json)
                json.key("requests")
                json.array(change.requests) { $0.string($1) }
                json.key("requests_except")
                json.array(change.exceptRequests) { $0.string($1) }
                write(change.time, &json)
                if case .rate(let old, let new) = change.kind {
                    json.key("rate")
                    json.object { json in
                        json.member("old", ifAny: old?.words)
                        json.member("new", ifAny: new?.words)
                    }
                }
                json.member("staged", isStaged)
                write(change.causes, of: change.direction, &json)
                write(change.witness, transport, &json)
            }
        }
    }

    private func write(_ holders: [AccessChange.Holder], _ key: StaticString, _ json: inout JSONWriter) {
        json.key(key)
        json.array(holders) { json, holder in
            json.object { json in
                json.member("proof", "\(holder.proof)")
                json.key("names")
                json.array(holder.names) { $0.string($1.text) }
            }
        }
    }

    private func write(_ time: ChangeTime, _ json: inout JSONWriter) {
        json.key("window")
        if time.isAlways { json.null() } else { json.string(time.words) }
        json.member("window_name", ifAny: time.window?.text)
        json.member("from", time.from.rfc3339)
        json.member("until", ifAny: time.until?.rfc3339)
        json.key("examples")
        json.array(time.examples) { $0.string($1.rfc3339) }
    }

    private func write(
        _ causes: [AccessChange.Cause], of direction: AccessChange.Direction, _ json: inout JSONWriter
    ) {
        json.key("rules")
        json.array(causes) { json, cause in
            json.object { json in
                json.member("rule", cause.rule.text)
                JSONReport.place(cause.span, in: direction == .widened ? newSources : oldSources, &json)
            }
        }
    }

    private func write(_ witness: ChangeWitness?, _ transport: TransportProtocol, _ json: inout JSONWriter) {
        json.key("witness")
        guard let witness, witness.new.transport == transport else { return json.null() }
        json.object { json in
            json.member("from", witness.new.source.description)
            json.member("own", witness.new.isOwn)
            json.member("port", witness.new.port)
            json.member("at", witness.new.time.rfc3339)
            json.member("proof", ifAny: witness.proof.map { "\($0)" })
            json.member("request", ifAny: witness.request)
        }
    }

    private func write(_ setting: SettingChange, _ port: Name?, _ json: inout JSONWriter) {
        json.object { json in
            json.member("port", ifAny: port?.text)
            json.member("setting", setting.key)
            json.member("old", setting.old)
            json.member("new", setting.new)
            json.member("change", ifAny: setting.direction?.rawValue)
            json.member("meaning", ifAny: setting.meaning)
        }
    }
}

extension PortDifference.Standing {
    /// The word of machine output.
    fileprivate var word: String {
        switch self {
        case .kept: "kept"
        case .declared: "declared"
        case .undeclared: "undeclared"
        }
    }
}
