public import JSON
import Policy

extension Plan {
    /// The plan as JSON members, for machines.
    public var json: JSONValue {
        let counts = counts
        return .members([
            "nothing_to_do": .bool(isNothing),
            "changes": .array(changes.map(Self.json)),
            "altered_by_another_hand": .array(
                alterations.map { .members(["object": .string($0.object), "what": .string($0.what)]) }),
            "renewals": .array(renewals.map { .string($0) }),
            "horizon": horizon.map { .string($0.rfc3339) },
            "clock_move": clockMove.map { .string($0) },
            "clock_offset_seconds": .number(clockOffset),
            "summary": .members([
                "add": .number(Int64(counts.add)), "change": .number(Int64(counts.change)),
                "remove": .number(Int64(counts.remove)),
            ]),
        ])
    }

    private static func json(_ change: Change) -> JSONValue {
        .members([
            "action": .string(change.action.rawValue), "port": .string(change.port),
            "rule": change.rule.map { .string($0) },
            "headline": change.headline.isEmpty ? nil : .string(change.headline),
            "details": .array(change.details.map(json)),
        ])
    }

    private static func json(_ detail: Detail) -> JSONValue {
        switch detail {
        case .sources(let family, let added, let removed):
            .members([
                "what": .string("sources"), "family": .string(family), "added": added.map(json),
                "removed": removed.map(json),
            ])
        case .said(let label, let from, let to):
            .members(["what": .string(label), "from": .string(from), "to": .string(to)])
        case .note(let text): .members(["what": .string("note"), "text": .string(text)])
        }
    }

    private static func json(_ addresses: Addresses) -> JSONValue {
        .members([
            "blocks": .number(Int64(addresses.blocks)),
            "addresses": addresses.addresses.map { .number(Int64(clamping: $0)) },
            "sample": .array(addresses.sample.map { .string($0) }),
        ])
    }
}
