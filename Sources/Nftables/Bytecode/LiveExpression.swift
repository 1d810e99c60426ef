/// A place in the registers of nft's machine: 64 bytes, of which 16-byte and 4-byte registers are two views.
public struct LiveRegister: Hashable, Sendable, CustomStringConvertible {
    /// The bytes of all registers together.
    public static let byteCount = 64
    /// The offset of its first byte, a multiple of 4 below 64.
    public let offset: Int

    /// Creates the register at an offset in bytes, a multiple of 4 below 64.
    public init?(offset: Int) {
        guard (0..<Self.byteCount).contains(offset), offset % 4 == 0 else { return nil }
        self.offset = offset
    }

    /// Reads a number of enum nft_registers (linux/netfilter/nf_tables.h): 1...4 are NFT_REG_1 to NFT_REG_4 of 16 bytes, 8...23
    /// NFT_REG32_00 to NFT_REG32_15 of 4. NFT_REG_VERDICT, 0, is none.
    public init?(number: UInt32) {
        switch number {
        case 1...4: offset = Int(number - 1) * 16
        case 8...23: offset = Int(number - 8) * 4
        default: return nil
        }
    }

    /// `r` and its offset in bytes.
    public var description: String { "r\(offset)" }
}

/// A verdict (NFTA_VERDICT_CODE, enum nft_verdicts and linux/netfilter.h).
public enum LiveVerdict: Hashable, Sendable {
    /// NF_ACCEPT: done with this base chain.
    case accept
    /// NF_DROP: final.
    case drop
    /// NF_STOLEN: final; nothing more is seen of the packet.
    case stolen
    /// NF_QUEUE: to user space, which decides; with the whole code, queue number and flags in it.
    case queue(UInt32)
    /// NFT_CONTINUE: the next rule.
    case `continue`
    /// NFT_BREAK: ends the rule.
    case `break`
    /// NFT_RETURN: back to the calling chain, or to the policy.
    case `return`
    /// NFT_JUMP: to a chain, and back.
    case jump(String)
    /// NFT_GOTO: to a chain, and not back.
    case goto(String)
    /// A code that is none of these.
    case unknown(Int32)
}

/// Where a payload expression counts from (enum nft_payload_bases).
public enum LivePayloadBase: UInt32, Hashable, Sendable {
    /// The link layer's header.
    case link = 0
    /// The network header.
    case network = 1
    /// The transport header.
    case transport = 2
    /// What is behind the transport header.
    case inner = 3
    /// The header of a tunnel.
    case tunnel = 4
}

/// A comparison (enum nft_cmp_ops). Registers are compared as bytes, the first being the most significant.
public enum LiveComparison: UInt32, Hashable, Sendable {
    /// `==`.
    case equal = 0
    /// `!=`.
    case notEqual = 1
    /// `<`.
    case less = 2
    /// `<=`.
    case lessOrEqual = 3
    /// `>`.
    case greater = 4
    /// `>=`.
    case greaterOrEqual = 5
}

/// One expression of a rule: what a step of nft's register machine does. Numbers are those of linux/netfilter/nf_tables.h.
public indirect enum LiveExpression: Hashable, Sendable {
    /// An operation of `bitwise` (enum nft_bitwise_ops).
    public enum BitOperation: Hashable, Sendable {
        /// `(source & mask) ^ xor`, as long as the operands.
        case mask(mask: [UInt8], xor: [UInt8])
        /// `source << bits`, over the whole length as one number of 32-bit words in host order, the first word the highest.
        case shiftLeft(UInt32)
        /// `source >> bits`, the same.
        case shiftRight(UInt32)
        /// `source & other`, `|` or `^` with a second register (3, 4, 5).
        case registers(operation: UInt32, second: LiveRegister)
    }

    // Loads.
    /// Writes bytes to a register.
    case immediate(LiveRegister, [UInt8])
    /// Loads packet bytes; a packet that is too short ends the rule. The last 4-byte register is filled with zeros.
    case payload(base: LivePayloadBase, offset: Int, length: Int, into: LiveRegister)
    /// Loads bytes of an extension header, a TCP or IP option or an SCTP chunk (`operation` NFT_EXTHDR_OP_*: 0 IPv6, 1 TCP
    /// option, 2 IP option, 3 SCTP, 4 DCCP); with `presenceOnly` a byte that says whether it is there. One that is missing ends the rule.
    case extensionHeader(
        operation: UInt32, type: UInt8, offset: Int, length: Int, presenceOnly: Bool, into: LiveRegister)
    /// Loads what is known of the packet (enum nft_meta_keys).
    case meta(key: UInt32, into: LiveRegister)
    /// Loads what conntrack knows (enum nft_ct_keys), of a direction where the key has one.
    case connection(key: UInt32, direction: UInt8?, into: LiveRegister)
    /// Loads from the packet's socket (enum nft_socket_keys).
    case socket(key: UInt32, level: UInt32, into: LiveRegister)
    /// Looks up the routing table (`result` enum nft_fib_result: 1 oif, 2 oifname, 3 address type; `flags` NFTA_FIB_F_*: 1 saddr,
    /// 2 daddr, 4 mark, 8 iif, 16 oif, 32 presence).
    case route(result: UInt32, flags: UInt32, into: LiveRegister)
    /// Loads from the packet's route (`rt`, enum nft_rt_keys).
    case routing(key: UInt32, into: LiveRegister)
    /// Loads from the packet's IPsec state (enum nft_xfrm_keys).
    case ipsec(key: UInt32, direction: UInt8, index: UInt32, into: LiveRegister)
    /// Guesses the sender's system (`osf`).
    case systemFingerprint(flags: UInt32, ttl: UInt8, into: LiveRegister)
    /// Counts or rolls dice (`numgen`: type 0 incremental, 1 random).
    case number(type: UInt32, modulus: UInt32, offset: UInt32, into: LiveRegister)
    /// Hashes a register (`jhash`, type 0) or the packet (`symhash`, type 1).
    case hash(
        type: UInt32, from: LiveRegister?, length: Int, modulus: UInt32, seed: UInt32?, offset: UInt32,
        into: LiveRegister)
    /// Loads from a tunnel's metadata.
    case tunnel(key: UInt32, mode: UInt32, into: LiveRegister)

    // Work on registers.
    /// Combines bits.
    case bitwise(from: LiveRegister, into: LiveRegister, length: Int, BitOperation)
    /// Turns each group of `size` bytes (2, 4 or 8) round between network order and the host's.
    case byteOrder(from: LiveRegister, into: LiveRegister, size: Int, length: Int)

    // Tests: what does not hold ends the rule.
    /// Compares.
    case compare(LiveComparison, LiveRegister, [UInt8])
    /// Holds within bounds, both included; outside them when negated.
    case range(LiveRegister, from: [UInt8], to: [UInt8], negated: Bool)
    /// Looks up a set; a map's data, or its verdict, is taken (`into` nil with a map is the verdict register).
    case lookup(set: String, from: LiveRegister, into: LiveRegister?, negated: Bool)

    // What counts, and may end the rule.
    /// Adds (0), updates (1) or deletes (2) an element (enum nft_dynset_ops); its expressions run on the element.
    case dynamicSet(
        set: String, operation: UInt32, key: LiveRegister, data: LiveRegister?, timeoutMilliseconds: UInt64?,
        negated: Bool, expressions: [LiveExpression])
    /// Counts; its values are no part of the meaning.
    case counter
    /// Holds within a rate (`flags` 1: over it), `type` 0 packets, 1 bytes.
    case limit(rate: UInt64, unitSeconds: UInt64, burst: UInt32, type: UInt32, flags: UInt32)
    /// Holds until so many bytes (flags 1: after them).
    case quota(bytes: UInt64, flags: UInt32)
    /// Holds up to so many connections (flags 1: over it).
    case connectionLimit(count: UInt32, flags: UInt32)
    /// Remembers when it was met last.
    case last
    /// Runs a named object (NFT_OBJECT_*).
    case object(type: UInt32, name: String)
    /// Runs the object that a map holds for a key.
    case objectOf(map: String, key: LiveRegister)

    // Actions that go on.
    /// Logs; a group is NFLOG's, none is the kernel log.
    case log(
        prefix: String, group: UInt16?, snapLength: UInt32?, queueThreshold: UInt16?, level: UInt32?, flags: UInt32)
    /// Writes packet bytes.
    case payloadWrite(
        base: LivePayloadBase, offset: Int, length: Int, from: LiveRegister, checksumType: UInt32,
        checksumOffset: UInt32,
        checksumFlags: UInt32)
    /// Writes into a TCP option or an extension header; without a register the option is blanked.
    case extensionHeaderWrite(operation: UInt32, type: UInt8, offset: Int, length: Int, from: LiveRegister?)
    /// Writes what is known of the packet.
    case metaWrite(key: UInt32, from: LiveRegister)
    /// Writes what conntrack knows.
    case connectionWrite(key: UInt32, direction: UInt8?, from: LiveRegister)
    /// Leaves the packet untracked.
    case notrack
    /// Copies the packet to another address, or device.
    case duplicate(address: LiveRegister?, device: LiveRegister?)
    /// Puts the connection into a flowtable: its packets pass no more hooks.
    case flowOffload(String)

    // Ends.
    /// Ends with a verdict.
    case verdict(LiveVerdict)
    /// Refuses with an answer (type 0 ICMP unreachable, 1 TCP reset, 2 icmpx; code).
    case reject(type: UInt32, code: UInt8)
    /// Translates (type 0 source, 1 destination; family NFPROTO_*), to what registers hold.
    case nat(
        type: UInt32, family: UInt32, addressFrom: LiveRegister?, addressTo: LiveRegister?, portFrom: LiveRegister?,
        portTo: LiveRegister?, flags: UInt32)
    /// Translates the source to the interface's address.
    case masquerade(portFrom: LiveRegister?, portTo: LiveRegister?, flags: UInt32)
    /// Translates the destination to this host.
    case redirect(portFrom: LiveRegister?, portTo: LiveRegister?, flags: UInt32)
    /// Hands to a local socket that listens elsewhere.
    case transparentProxy(family: UInt32, address: LiveRegister?, port: LiveRegister?)
    /// Sends out by another device (`fwd`).
    case forward(device: LiveRegister, address: LiveRegister?, family: UInt32)
    /// To user space by numbers (or a register), which decides.
    case queue(first: UInt16, total: UInt16, flags: UInt16, from: LiveRegister?)
    /// Answers SYNs in the server's place.
    case synproxy(mss: UInt16, windowScale: UInt8, flags: UInt32)

    // Not modelled: named with everything that was told of it.
    /// A match of xtables, by name, revision and the bytes of its parameters.
    case match(name: String, revision: UInt32, info: [UInt8])
    /// A target of xtables.
    case target(name: String, revision: UInt32, info: [UInt8])
    /// Any other: its name and its attributes as they came.
    case unknown(name: String, attributes: [UInt8])
}
