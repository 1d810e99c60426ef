/// Puts a ruleset together from the messages of netlink dumps (linux/netfilter/nf_tables.h), in any order in which tables
/// come before chains and sets, and these before rules and elements. Nothing is refused: what is not understood is kept as
/// unknown where it stands, and a message that is none is told in ``LiveRuleset/unread``.
public struct RulesetDecoder: Sendable {
    /// Sentences kept of what was not read.
    private static let mostSentences = 64

    /// What was read so far.
    public private(set) var ruleset = LiveRuleset()

    private struct Owner: Hashable {
        let table: Int
        let name: String
    }

    private struct TableKey: Hashable {
        let family: UInt8
        let name: String
    }

    private var tables: [TableKey: Int] = [:]
    private var chains: [Owner: Int] = [:]
    private var sets: [Owner: Int] = [:]
    /// The maps of each table.
    private var maps: [Set<String>] = []

    /// Creates a decoder that has read nothing.
    public init() {}

    /// Takes a message.
    ///
    /// - Parameters:
    ///   - type: The type of its header, of subsystem NFNL_SUBSYS_NFTABLES or without one.
    ///   - payload: What follows the header: struct nfgenmsg and attributes.
    public mutating func take(type: UInt16, payload: [UInt8]) {
        unsafe payload.withUnsafeBytes { bytes in unsafe take(type: type, payload: bytes) }
    }

    /// Takes a message whose bytes last as long as the call.
    public mutating func take(type: UInt16, payload: UnsafeRawBufferPointer) {
        do throws(NetlinkBytes.Malformed) {
            let message = unsafe NetlinkBytes(payload)
            guard let family = message[0], let attributes = message.dropping(4) else { throw .length }
            switch type & 0xff {
            case 0: try takeTable(family, attributes)
            case 3: try takeChain(family, attributes)
            case 6: try takeRule(family, attributes)
            case 9: try takeSet(family, attributes)
            case 12: try takeElements(family, attributes)
            case 15: try takeGeneration(attributes)
            case 18: try takeObject(family, attributes)
            case 22: try takeFlowtable(family, attributes)
            default: note("a message of type \(type) is none of a ruleset")
            }
        } catch {
            note("a message of type \(type) is malformed")
        }
    }

    /// Says of a set that its elements could not be read.
    public mutating func leave(elementsOf set: String, in family: LiveFamily, table: String, because reason: String) {
        guard let owner = tables[TableKey(family: family.rawValue, name: table)],
            let index = sets[Owner(table: owner, name: set)]
        else { return }
        ruleset.tables[owner].sets[index].unreadElements = reason
    }

    private mutating func note(_ sentence: String) {
        if ruleset.unread.count < Self.mostSentences { ruleset.unread.append(sentence) }
    }

    /// Returns the table that a message belongs to; notes it when it is not known.
    private mutating func table(_ family: UInt8, _ name: NetlinkBytes?, for what: String) -> Int? {
        if let name, let index = tables[TableKey(family: family, name: name.name)] { return index }
        note("\(what) belongs to a table that was not listed")
        return nil
    }

    private mutating func takeGeneration(_ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var walk = bytes
        while let (type, value) = try walk.next() {
            if type == 1 { ruleset.generation = try value.number(UInt32.self) }
        }
    }

    private mutating func takeTable(_ family: UInt8, _ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var table = LiveTable(family: LiveFamily(rawValue: family), name: "")
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1: table.name = value.name
            case 2: table.flags = try value.number(UInt32.self)
            case 4: table.handle = try value.number(UInt64.self)
            case 6: table.comment = UserData.text(UserData.comment, in: value)
            default: continue
            }
        }
        let key = TableKey(family: family, name: table.name)
        guard tables[key] == nil else { return note("a table is listed twice") }
        tables[key] = ruleset.tables.count
        ruleset.tables.append(table)
        maps.append([])
    }

    private mutating func takeChain(_ family: UInt8, _ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var chain = LiveChain(name: "")
        var owner: NetlinkBytes?
        var policy: UInt32 = 1
        var type = ""
        var walk = bytes
        while let (kind, value) = try walk.next() {
            switch kind {
            case 1: owner = value
            case 2: chain.handle = try value.number(UInt64.self)
            case 3: chain.name = value.name
            case 4: chain.hook = try Self.hook(value)
            case 5: policy = try value.number(UInt32.self)
            case 7: type = value.name
            case 10: chain.flags = try value.number(UInt32.self)
            default: continue
            }
        }
        chain.hook?.policy = policy
        chain.hook?.type = type
        guard let table = table(family, owner, for: "a chain") else { return }
        let key = Owner(table: table, name: chain.name)
        guard chains[key] == nil else { return note("a chain is listed twice") }
        chains[key] = ruleset.tables[table].chains.count
        ruleset.tables[table].chains.append(chain)
    }

    /// Reads NFTA_CHAIN_HOOK.
    private static func hook(_ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) -> LiveChain.Hook {
        var hook = LiveChain.Hook(number: 0, priority: 0)
        var device: String?
        var hasNumber = false
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1:
                hook.number = try value.number(UInt32.self)
                hasNumber = true
            case 2: hook.priority = try value.number(Int32.self)
            case 3: device = value.name
            case 4:
                var list = value
                // NFTA_DEVICE_NAME, or since Linux 6.16 NFTA_DEVICE_PREFIX.
                while let (kind, name) = try list.next() {
                    hook.devices.append(kind == 2 ? name.name + "*" : name.name)
                }
            default: continue
            }
        }
        guard hasNumber else { throw .length }
        if let device, hook.devices.isEmpty { hook.devices = [device] }
        return hook
    }

    private mutating func takeRule(_ family: UInt8, _ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var rule = LiveRule(expressions: [])
        var owner: NetlinkBytes?
        var chain: NetlinkBytes?
        var expressions: NetlinkBytes?
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1: owner = value
            case 2: chain = value
            case 3: rule.handle = try value.number(UInt64.self)
            case 4: expressions = value
            case 7: rule.comment = UserData.text(UserData.comment, in: value)
            default: continue
            }
        }
        guard let table = table(family, owner, for: "a rule") else { return }
        guard let chain, let index = chains[Owner(table: table, name: chain.name)] else {
            return note("a rule belongs to a chain that was not listed")
        }
        if let expressions { rule.expressions = LiveExpression.list(in: expressions, keyOnlyMaps: maps[table]) }
        ruleset.tables[table].chains[index].rules.append(rule)
    }

    private mutating func takeSet(_ family: UInt8, _ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var set = LiveSet(name: "", keyLength: 0)
        var owner: NetlinkBytes?
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1: owner = value
            case 2: set.name = value.name
            case 3: set.flags = LiveSet.Flags(rawValue: try value.number(UInt32.self))
            case 4: set.keyType = try value.number(UInt32.self)
            case 5: set.keyLength = Int(try value.number(UInt32.self))
            case 6: set.dataType = try value.number(UInt32.self)
            case 7: set.dataLength = Int(try value.number(UInt32.self))
            case 9: try Self.takeDescription(value, into: &set)
            case 11: set.timeoutMilliseconds = try value.number(UInt64.self)
            case 13: set.comment = UserData.text(UserData.setComment, in: value)
            case 15: set.objectType = try value.number(UInt32.self)
            case 16: set.handle = try value.number(UInt64.self)
            default: continue
            }
        }
        guard (1...LiveSet.greatestKeyLength).contains(set.keyLength) else { throw .length }
        set.elements = LiveSet.Elements(keyLength: set.keyLength)
        guard let table = table(family, owner, for: "a set") else { return }
        let key = Owner(table: table, name: set.name)
        guard sets[key] == nil else { return note("a set is listed twice") }
        sets[key] = ruleset.tables[table].sets.count
        if !set.flags.isDisjoint(with: [.map, .object]) { maps[table].insert(set.name) }
        ruleset.tables[table].sets.append(set)
    }

    /// Reads NFTA_SET_DESC.
    private static func takeDescription(
        _ bytes: NetlinkBytes, into set: inout LiveSet
    ) throws(NetlinkBytes.Malformed) {
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1: set.size = try value.number(UInt32.self)
            case 2:
                var fields = value
                while var (_, field) = try fields.next() {
                    guard let (_, length) = try field.next() else { throw .length }
                    set.fieldLengths.append(Int(try length.number(UInt32.self)))
                }
            default: continue
            }
        }
    }

    private mutating func takeElements(_ family: UInt8, _ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var owner: NetlinkBytes?
        var name: NetlinkBytes?
        var list: NetlinkBytes?
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1: owner = value
            case 2: name = value
            case 3: list = value
            default: continue
            }
        }
        guard let table = table(family, owner, for: "an element") else { return }
        guard let name, let index = sets[Owner(table: table, name: name.name)] else {
            return note("an element belongs to a set that was not listed")
        }
        if let list { ruleset.tables[table].sets[index].take(elements: list) }
    }

    private mutating func takeObject(_ family: UInt8, _ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var object = LiveObject(type: 0, name: "")
        var owner: NetlinkBytes?
        var data: NetlinkBytes?
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1: owner = value
            case 2: object.name = value.name
            case 3: object.type = try value.number(UInt32.self)
            case 4: data = value
            case 8: object.comment = UserData.text(UserData.comment, in: value)
            default: continue
            }
        }
        if let data { object.data = try LiveObject.meaning(of: data, type: object.type) }
        guard let table = table(family, owner, for: "an object") else { return }
        ruleset.tables[table].objects.append(object)
    }

    private mutating func takeFlowtable(_ family: UInt8, _ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var owner: NetlinkBytes?
        var name: NetlinkBytes?
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1: owner = value
            case 2: name = value
            default: continue
            }
        }
        guard let name else { throw .length }
        guard let table = table(family, owner, for: "a flowtable") else { return }
        ruleset.tables[table].flowtables.append(name.name)
    }
}

extension LiveObject {
    /// Returns the attributes of an object without what was counted: of a counter none, of a quota not what is consumed
    /// (NFTA_QUOTA_CONSUMED, and NFT_QUOTA_F_DEPLETED of its flags).
    static func meaning(of data: NetlinkBytes, type: UInt32) throws(NetlinkBytes.Malformed) -> [UInt8] {
        switch type {
        case 1: return []
        case 2:
            var meaning: [UInt8] = []
            var walk = data
            while let (kind, value) = try walk.next() {
                guard kind != 3, kind != 4 else { continue }
                var bytes = value.copied
                if kind == 2, !bytes.isEmpty { bytes[bytes.count - 1] &= ~2 }
                let length = UInt16(clamping: 4 + bytes.count)
                for number in [length, kind] {
                    let native = number.littleEndian
                    meaning += [UInt8(truncatingIfNeeded: native), UInt8(truncatingIfNeeded: native >> 8)]
                }
                meaning += bytes
                while meaning.count % 4 != 0 { meaning.append(0) }
            }
            return meaning
        default: return data.copied
        }
    }
}
