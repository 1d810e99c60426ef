import Nftables
import Policy

/// A digest for each table of the kernel, of all tables of all families: two looks that agree in it saw the same rules, sets,
/// elements, objects and flowtables, in the same order.
///
/// Left out is what moves by itself or means nothing: handles, the values of counters and quotas, use counts, elements with a
/// time, and those that packets add.
struct RulesetFingerprint: Hashable, Sendable {
    /// The kernel's generation.
    var generation: UInt32
    /// The digest of each table, as `inet portgate`.
    var tables: [String: String]

    private static let tries = 6
    private static let families: [UInt8: String] = [1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"]

    /// Reads the ruleset. The generation is compared before and after.
    static func read() throws(GateFailure) -> RulesetFingerprint {
        for _ in 0..<tries {
            do throws(NetlinkSocket.Failure) {
                var query = try NetfilterQuery()
                let before = try query.generation()
                var reader = Reader()
                try reader.read(&query)
                if try query.generation() == before {
                    return RulesetFingerprint(generation: before, tables: reader.finished)
                }
            } catch {
                if error != .interrupted { throw .kernelUnreadable(error.words) }
            }
        }
        throw .kernelUnsteady(tries: tries)
    }

    /// Returns the tables that are not the same in both, in order.
    static func changed(_ old: [String: String], _ new: [String: String]) -> [String] {
        Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
    }

    /// Collects a dump.
    private struct Reader {
        private struct SetKey {
            let family: UInt8
            let table: String
            let name: String
            /// Whether the kernel tells its elements in the order of their values.
            let isOrdered: Bool
            let holdsElements: Bool
        }

        private var digests: [String: Digest] = [:]
        private var sets: [SetKey] = []

        // The messages that ask and answer, and the attributes of each that are no part of its meaning.
        private static let dumps: [(ask: UInt16, answer: UInt16, without: [UInt16])] = [
            (1, 0, [3, 4, 5]), (4, 3, [2, 6, 8, 9, 11]), (7, 6, [3, 6, 8, 9]), (10, 9, [10, 14, 16, 20]),
            (19, 18, [5, 6, 7]), (23, 22, [4, 5, 6]),
        ]

        var finished: [String: String] { digests.mapValues { $0.hex() } }

        mutating func read(_ query: inout NetfilterQuery) throws(NetlinkSocket.Failure) {
            for dump in Self.dumps {
                let request = NetfilterQuery.request(
                    message: dump.ask, family: 0, flags: NetlinkRequest.request | NetlinkRequest.dump)
                var answers: [(String, [UInt8])] = []
                var found: [SetKey] = []
                do throws(NetlinkSocket.Failure) {
                    try query.socket.dump(request) { message throws(NetlinkReply.Malformed) in
                        guard message.type == NetfilterQuery.subsystem | dump.answer else { return }
                        let (table, bytes) = try Self.plain(message.payload, kind: dump.answer, without: dump.without)
                        answers.append((table, bytes))
                        if dump.answer == 9, let set = try Self.set(message.payload) { found.append(set) }
                    }
                } catch {
                    // A kernel without flowtables knows no question about them.
                    if dump.ask == 23, case .system("netlink", _) = error { continue }
                    throw error
                }
                for (table, bytes) in answers { digests[table, default: Digest()].update(bytes) }
                sets += found
            }
            for set in sets where set.holdsElements { try readElements(of: set, &query) }
        }

        /// Reads the elements of a set.
        private mutating func readElements(
            of set: SetKey, _ query: inout NetfilterQuery
        ) throws(NetlinkSocket.Failure) {
            var request = NetfilterQuery.request(
                message: 13, family: set.family, flags: NetlinkRequest.request | NetlinkRequest.dump)
            request.append(attribute: 1, text: set.table)
            request.append(attribute: 2, text: set.name)
            var ordered = Digest()
            var sum: (UInt128, UInt128) = (0, 0)
            var count = 0
            var buffer: [UInt8] = []
            try query.socket.dump(request) { message throws(NetlinkReply.Malformed) in
                guard message.type == NetfilterQuery.subsystem | 12, message.payload.count >= 4 else { return }
                var attributes = NetlinkBytes(UnsafeRawBufferPointer(rebasing: message.payload[4...]))
                while let attribute = try attributes.nextAttribute() {
                    guard attribute.type == 3 else { continue }
                    var list = NetlinkBytes(attribute.payload)
                    while let item = try list.nextAttribute() {
                        let start = buffer.count
                        guard try Self.element(item.payload, &buffer) else { continue }
                        count += 1
                        if set.isOrdered {
                            if buffer.count > 64 << 10 {
                                ordered.update(buffer)
                                buffer.removeAll(keepingCapacity: true)
                            }
                        } else {
                            // A hash table tells its elements in any order: their digests are added up.
                            var digest = Digest()
                            digest.update(Array(buffer[start...]))
                            let bytes = digest.bytes()
                            sum.0 &+= Self.number(bytes[..<16])
                            sum.1 &+= Self.number(bytes[16...])
                            buffer.removeAll(keepingCapacity: true)
                        }
                    }
                }
            }
            ordered.update(buffer)
            let name = Self.name(set.family, set.table)
            digests[name, default: Digest()].update(
                "elements \(set.name) \(count) \(ordered.hex()) \(sum.0) \(sum.1)\n")
        }

        private static func number(_ bytes: ArraySlice<UInt8>) -> UInt128 {
            bytes.reduce(0) { $0 << 8 | UInt128($1) }
        }

        private static func name(_ family: UInt8, _ table: String) -> String {
            "\(families[family] ?? "family \(family)") \(table)"
        }

        /// Appends an element as far as it is one for good; false when it has a time.
        private static func element(
            _ payload: UnsafeRawBufferPointer, _ bytes: inout [UInt8]
        ) throws(NetlinkReply.Malformed) -> Bool {
            let start = bytes.count
            var attributes = NetlinkBytes(payload)
            while let attribute = try attributes.nextAttribute() {
                switch attribute.type {
                case 5:
                    bytes.removeSubrange(start...)
                    return false
                // Key, data, flags, comment, object, the key's end.
                case 1, 2, 3, 6, 9, 10: append(attribute.type, attribute.payload, &bytes)
                default: continue
                }
            }
            return true
        }

        private static func append(_ type: UInt16, _ payload: UnsafeRawBufferPointer, _ bytes: inout [UInt8]) {
            withUnsafeBytes(of: type) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: payload.count)) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: payload)
        }

        /// Returns the table of an object, and its bytes as far as they mean something.
        private static func plain(
            _ payload: UnsafeRawBufferPointer, kind: UInt16, without: [UInt16]
        ) throws(NetlinkReply.Malformed) -> (table: String, bytes: [UInt8]) {
            guard payload.count >= 4 else { throw .length }
            var table = ""
            var bytes: [UInt8] = [UInt8(truncatingIfNeeded: kind)]
            var objectType: UInt32 = 0
            if kind == 18 { objectType = try self.objectType(payload) }
            var attributes = NetlinkBytes(UnsafeRawBufferPointer(rebasing: payload[4...]))
            while let attribute = try attributes.nextAttribute() {
                if attribute.type == 1 { table = text(attribute.payload) }
                if without.contains(attribute.type) { continue }
                if kind == 6, attribute.type == 4 {
                    var list = NetlinkBytes(attribute.payload)
                    while let item = try list.nextAttribute() { try expression(item.payload, &bytes) }
                } else if kind == 18, attribute.type == 4, objectType == 1 {
                    continue
                } else if kind == 18, attribute.type == 4, objectType == 2 {
                    try append(attribute.payload, without: 4, &bytes)
                } else {
                    append(attribute.type, attribute.payload, &bytes)
                }
            }
            return (name(payload[0], table), bytes)
        }

        /// Appends an expression without what it has counted.
        private static func expression(
            _ payload: UnsafeRawBufferPointer, _ bytes: inout [UInt8]
        ) throws(NetlinkReply.Malformed) {
            var kind = ""
            var attributes = NetlinkBytes(payload)
            while let attribute = try attributes.nextAttribute() {
                if attribute.type == 1 {
                    kind = text(attribute.payload)
                    append(1, attribute.payload, &bytes)
                } else if kind == "quota" {
                    try append(attribute.payload, without: 4, &bytes)
                } else if kind != "counter", kind != "last" {
                    append(attribute.type, attribute.payload, &bytes)
                }
            }
        }

        private static func append(
            _ payload: UnsafeRawBufferPointer, without type: UInt16, _ bytes: inout [UInt8]
        ) throws(NetlinkReply.Malformed) {
            var attributes = NetlinkBytes(payload)
            while let attribute = try attributes.nextAttribute() {
                if attribute.type != type { append(attribute.type, attribute.payload, &bytes) }
            }
        }

        private static func objectType(_ payload: UnsafeRawBufferPointer) throws(NetlinkReply.Malformed) -> UInt32 {
            var attributes = NetlinkBytes(UnsafeRawBufferPointer(rebasing: payload[4...]))
            while let attribute = try attributes.nextAttribute() {
                if attribute.type == 3, attribute.payload.count == 4 {
                    return UInt32(bigEndian: attribute.payload.loadUnaligned(as: UInt32.self))
                }
            }
            return 0
        }

        /// Reads which set it is, and how its elements are to be read. NFT_SET_*: 4 interval, 0x20 filled by packets, 0x80
        /// concatenation.
        private static func set(_ payload: UnsafeRawBufferPointer) throws(NetlinkReply.Malformed) -> SetKey? {
            var (table, name, flags) = ("", "", UInt32(0))
            var attributes = NetlinkBytes(UnsafeRawBufferPointer(rebasing: payload[4...]))
            while let attribute = try attributes.nextAttribute() {
                switch attribute.type {
                case 1: table = text(attribute.payload)
                case 2: name = text(attribute.payload)
                case 3 where attribute.payload.count == 4:
                    flags = UInt32(bigEndian: attribute.payload.loadUnaligned(as: UInt32.self))
                default: continue
                }
            }
            return SetKey(
                family: payload[0], table: table, name: name, isOrdered: flags & 4 != 0 && flags & 0x80 == 0,
                holdsElements: flags & 0x20 == 0)
        }

        private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
