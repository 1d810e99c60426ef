/// The attributes of one expression, looked up by their type. What is read is noted: an expression of which something was not
/// read is not understood.
struct ExpressionAttributes {
    /// Why an expression is not understood.
    struct NotUnderstood: Error {}

    private let bytes: NetlinkBytes?
    private let present: UInt32
    private var read: UInt32 = 0

    /// Takes the payload of NFTA_EXPR_DATA, which an expression without attributes may lack.
    init(_ bytes: NetlinkBytes?) throws(NotUnderstood) {
        self.bytes = bytes
        var present: UInt32 = 0
        if var walk = bytes {
            do throws(NetlinkBytes.Malformed) {
                while let (type, _) = try walk.next() {
                    // Twice the same, or one that no kernel had when this was written.
                    guard type < 32, present & 1 << type == 0 else { throw .length }
                    present |= 1 << type
                }
            } catch { throw NotUnderstood() }
        }
        self.present = present
    }

    /// Ends the reading: fails when there is an attribute that nobody asked for.
    func finish() throws(NotUnderstood) {
        guard present & ~read == 0 else { throw NotUnderstood() }
    }

    /// Takes attributes as known that say nothing of the meaning: padding, and what was counted.
    mutating func ignore(_ types: UInt16...) {
        for type in types { read |= 1 << type }
    }

    /// Whether an attribute is there.
    func has(_ type: UInt16) -> Bool { present & 1 << type != 0 }

    /// Returns the payload of an attribute, or nil.
    mutating func optional(_ type: UInt16) throws(NotUnderstood) -> NetlinkBytes? {
        guard has(type), var walk = bytes else { return nil }
        read |= 1 << type
        do throws(NetlinkBytes.Malformed) {
            while let (found, value) = try walk.next() {
                if found == type { return value }
            }
        } catch { throw NotUnderstood() }
        return nil
    }

    /// Returns the payload of an attribute that must be there.
    mutating func value(_ type: UInt16) throws(NotUnderstood) -> NetlinkBytes {
        guard let value = try optional(type) else { throw NotUnderstood() }
        return value
    }

    /// Reads a number that may be missing.
    mutating func optionalNumber<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: UInt16, _: Number.Type = UInt32.self
    ) throws(NotUnderstood) -> Number? {
        guard let value = try optional(type) else { return nil }
        do throws(NetlinkBytes.Malformed) { return try value.number(Number.self) } catch { throw NotUnderstood() }
    }

    /// Reads a number that must be there.
    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: UInt16, _: Number.Type = UInt32.self
    ) throws(NotUnderstood) -> Number {
        guard let number = try optionalNumber(type, Number.self) else { throw NotUnderstood() }
        return number
    }

    /// Reads a number with no bits but these; zero when it is missing.
    mutating func flags(_ type: UInt16, known: UInt32) throws(NotUnderstood) -> UInt32 {
        let flags = try optionalNumber(type) ?? 0
        guard flags & ~known == 0 else { throw NotUnderstood() }
        return flags
    }

    /// Reads a length of bytes in registers, 1 to 64.
    mutating func length(_ type: UInt16) throws(NotUnderstood) -> Int {
        let length = Int(try number(type) as UInt32)
        guard (1...LiveRegister.byteCount).contains(length) else { throw NotUnderstood() }
        return length
    }

    /// Reads a register that has room for so many bytes behind its beginning, or nil.
    mutating func optionalRegister(_ type: UInt16, holding length: Int = 1) throws(NotUnderstood) -> LiveRegister? {
        guard let number = try optionalNumber(type) as UInt32? else { return nil }
        guard let register = LiveRegister(number: number), register.offset + length <= LiveRegister.byteCount else {
            throw NotUnderstood()
        }
        return register
    }

    /// Reads a register that must be there.
    mutating func register(_ type: UInt16, holding length: Int = 1) throws(NotUnderstood) -> LiveRegister {
        guard let register = try optionalRegister(type, holding: length) else { throw NotUnderstood() }
        return register
    }

    /// Reads a name that must be there.
    mutating func name(_ type: UInt16) throws(NotUnderstood) -> String { try value(type).name }

    /// Reads what a register may hold (NFTA_DATA_VALUE), 1 to 64 bytes.
    mutating func data(_ type: UInt16) throws(NotUnderstood) -> [UInt8] {
        guard case .value(let bytes) = try LiveData(value(type)) else { throw NotUnderstood() }
        return bytes
    }
}
