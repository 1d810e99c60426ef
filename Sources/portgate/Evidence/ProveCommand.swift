import Gate
import JSON
import Ledger

/// `portgate prove`: that a record is in the log, or that one state of it is an earlier one of another.
struct ProveCommand: PublishingCommand {
    static let name = "prove"
    static let summary = "prove that a record is in the ledger, or that the ledger only grew"
    static let details = """
        'portgate prove 4711' prints record 4711 (counted from 0), the hashes beside the way from it to the root, and the signed \
        checkpoint with that root: whoever has the key of its epoch can check it without the other records (RFC 6962, section \
        2.1.1). --size takes an earlier checkpoint than the last one.

        'portgate prove --from SIZE [--size SIZE]' prints the proof that the ledger of the first size is the beginning of that of \
        the second (section 2.1.2).

        'portgate prove --tiles FOLDER' writes the whole log as tiles (c2sp.org/tlog-tiles), which any client of a transparency log \
        reads and checks.

        What is printed follows from what lies in the folder; 'portgate verify' says whether that is what was written.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [
        .value("from", "SIZE", help: "prove that the ledger of so many records is the beginning of the later one") {
            settings, text throws(UsageError) in
            settings.from = try Self.number(text, "--from")
        },
        .value("size", "SIZE", help: "prove it for the ledger of so many records (else of the last checkpoint)") {
            settings, text throws(UsageError) in
            settings.size = try Self.number(text, "--size")
        },
        .value(
            "tiles", "FOLDER", help: "write the log into FOLDER as C2SP tlog-tiles instead, with its last checkpoint"
        ) {
            $0.tiles = $1
        },
        .stateDirectory("read the ledger in DIR/ledger") { $0.state.directory = $1 }, outputOption,
    ]
    static let operands: Operands<Self> = .optional("RECORD") { settings, text throws(UsageError) in
        settings.record = try Self.number(text, "RECORD")
    }

    var outputs: [OutputRequest] = []
    private var state = EvidenceState()
    private var record: UInt64?
    private var from: UInt64?
    private var size: UInt64?
    private var tiles: String?

    init() {}

    private static func number(_ text: String, _ what: String) throws(UsageError) -> UInt64 {
        guard let number = UInt64(text) else { throw UsageError("\(what) '\(text)' is not a number of records") }
        return number
    }

    func validate() throws(UsageError) {
        guard [record != nil, from != nil, tiles != nil].count(where: { $0 }) == 1 else {
            throw UsageError("prove takes either RECORD, --from or --tiles")
        }
    }

    func run(_ console: Console) throws -> ExitCode {
        if let tiles { return try write(tiles, console) }
        let builder = ProofBuilder(state.ledger(console))
        let proof: JSONValue
        do throws(LedgerFailure) {
            if let record { proof = try inclusion(record, builder) } else { proof = try consistency(builder) }
        } catch { throw CommandFailure(.incomplete, error.description) }
        guard case .object(let members) = proof else {
            throw CommandFailure(
                .incomplete, "there is no such record, or no checkpoint of that size",
                help: "a record can be proven when a checkpoint covers it, at most a second after it was written")
        }
        try Publisher(requests: requests, console: console).publish { format, _ in
            guard format == .json else { return Self.text(members) }
            return GateDocument(command: Self.name, complete: true, findings: [], members: members).bytes
        }
        return .clean
    }

    private func write(_ folder: String, _ console: Console) throws -> ExitCode {
        do throws(LedgerFailure) {
            let checkpoint = try TileExport(state.ledger(console)).write(to: folder)
            console.say("\(checkpoint.size) records are in \(folder) as tiles, with the checkpoint over them")
        } catch { throw CommandFailure(.incomplete, error.description) }
        return .clean
    }

    private func inclusion(_ record: UInt64, _ builder: ProofBuilder) throws(LedgerFailure) -> JSONValue {
        guard let found = try builder.inclusion(of: record, in: size) else { return .null }
        return .members([
            "record": .string(String(decoding: found.line, as: UTF8.self)),
            "index": .number(Int64(clamping: found.proof.index)), "size": .number(Int64(clamping: found.proof.size)),
            "leaf_hash": .string(MerkleHash(leaf: found.line).description), "root": .string(found.root.description),
            "hashes": .array(found.proof.hashes.map { .string($0.description) }),
            "checkpoint": .string(String(decoding: found.note, as: UTF8.self)),
        ])
    }

    private func consistency(_ builder: ProofBuilder) throws(LedgerFailure) -> JSONValue {
        guard let from, let found = try builder.consistency(from: from, to: size) else { return .null }
        return .members([
            "from": .number(Int64(clamping: found.proof.oldSize)),
            "size": .number(Int64(clamping: found.proof.newSize)),
            "from_root": .string(found.oldRoot.description), "root": .string(found.newRoot.description),
            "hashes": .array(found.proof.hashes.map { .string($0.description) }),
        ])
    }

    private static func text(_ members: [JSONValue.Member]) -> [UInt8] {
        var lines: [String] = []
        for member in members {
            switch member.value {
            case .array(let hashes): lines += hashes.map { "hash \($0.text ?? "")" }
            case .number(let number): lines.append("\(member.key) \(number)")
            default:
                let text = member.value.text ?? ""
                lines.append(member.key == "checkpoint" ? "\n\(text.dropLast())" : "\(member.key) \(text)")
            }
        }
        return Array(lines.map { "\($0)\n" }.joined().utf8)
    }
}
