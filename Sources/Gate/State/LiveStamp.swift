import JSON
public import Nftables

/// The moment at which the live table was known to be a generation's: read back whole, or reached from there by changes that
/// were all ours. As long as the ruleset is at that generation of the kernel's, in that network namespace of that boot, the
/// live table is the recorded one, and need not be read.
public struct LiveStamp: Hashable, Sendable {
    /// The number of the generation.
    public let number: Int
    /// The digest of its text.
    public let rulesetDigest: String
    /// The kernel's id of the boot.
    public let boot: String
    /// The number of the network namespace, which no other has before the next boot. An inode would be used again.
    public let cookie: UInt64
    /// The kernel's generation of the whole ruleset.
    public let kernelGeneration: UInt32

    /// Creates a stamp.
    public init(number: Int, rulesetDigest: String, boot: String, cookie: UInt64, kernelGeneration: UInt32) {
        self.number = number
        self.rulesetDigest = rulesetDigest
        self.boot = boot
        self.cookie = cookie
        self.kernelGeneration = kernelGeneration
    }

    var json: JSONValue {
        .members([
            "format": .number(1), "generation": .number(Int64(number)), "ruleset_digest": .string(rulesetDigest),
            "boot_id": .string(boot), "namespace_cookie": .string(String(cookie)),
            "kernel_generation": .number(Int64(kernelGeneration)),
        ])
    }

    init?(json: JSONValue) {
        guard json["format"]?.integer == 1, let number = json["generation"]?.integer, number >= 1, number < 1 << 31,
            let digest = json["ruleset_digest"]?.text, let boot = json["boot_id"]?.text,
            let cookie = json["namespace_cookie"]?.text.flatMap(UInt64.init),
            let generation = json["kernel_generation"]?.integer.flatMap({ UInt32(exactly: $0) })
        else { return nil }
        self.init(
            number: Int(number), rulesetDigest: digest, boot: boot, cookie: cookie, kernelGeneration: generation)
    }
}

extension StateDirectory {
    private var stampPath: String { "\(path)/live.json" }

    /// Reads the stamp of a generation; nil when there is none, or none that can be read: then the kernel is read instead.
    func stamp(of record: GenerationRecord) -> LiveStamp? {
        guard let json = try? readJSON(stampPath), let stamp = LiveStamp(json: json), stamp.number == record.number,
            stamp.rulesetDigest == record.rulesetDigest, stamp.boot == record.host.boot
        else { return nil }
        return stamp
    }

    /// Writes down that a look showed a generation's table. That it cannot be written costs time later, nothing else.
    func stamp(_ record: GenerationRecord, seenAt look: LiveLook, through door: KernelDoor) {
        guard let cookie = door.cookie() else { return }
        let stamp = LiveStamp(
            number: record.number, rulesetDigest: record.rulesetDigest, boot: record.host.boot, cookie: cookie,
            kernelGeneration: look.generation)
        try? StateFile.write(stampPath, stamp.json.rendered())
    }

    /// Looks at the live table. When nothing changed nftables since it was last known to be the recorded one, that is it.
    public func look(
        through door: KernelDoor, record: GenerationRecord?, recorded: Table?
    ) throws(GateFailure) -> LiveLook {
        if let record, let recorded, let stamp = stamp(of: record), stamp.cookie == door.cookie(),
            try door.generation() == stamp.kernelGeneration
        {
            return LiveLook(table: recorded, generation: stamp.kernelGeneration)
        }
        return try door.look(expecting: recorded)
    }
}
