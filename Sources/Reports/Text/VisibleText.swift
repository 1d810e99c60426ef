/// Text from a policy or a host, made safe to show on a terminal.
///
/// Control characters, escape sequences, and characters that turn or hide text (bidirectional and other format characters)
/// are shown by their code, so that nothing a policy holds can move the cursor, colour, retitle or spoof a report.
public enum VisibleText {
    /// Returns the text as one line that can do nothing to a terminal.
    public static func line(_ text: some StringProtocol) -> String {
        // Most text is this, and appending scalar by scalar is slow.
        if text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) { return String(text) }
        var result: [UInt8] = []
        for scalar in text.unicodeScalars { append(scalar, to: &result) }
        return String(decoding: result, as: UTF8.self)
    }

    /// Appends a scalar as it may be shown, in UTF-8.
    static func append(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
        switch scalar.value {
        case 0x20...0x7e: text.append(UInt8(truncatingIfNeeded: scalar.value))
        case 0x09: text += "    ".utf8
        case 0x00...0x1f, 0x7f: text += escape(scalar, "\\x", digits: 2).utf8
        default:
            if isHarmless(scalar) {
                text += String(scalar).utf8
            } else {
                text += (escape(scalar, "\\u{", digits: 4) + "}").utf8
            }
        }
    }

    /// How many columns a scalar takes as ``append(_:to:)`` shows it.
    static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20...0x7e: return 1
        case 0x09, 0x00...0x1f, 0x7f: return 4
        default:
            guard isHarmless(scalar) else { return scalar.value > 0xffff ? (scalar.value > 0xfffff ? 10 : 9) : 8 }
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: return 0
            default: return isWide(scalar.value) ? 2 : 1
            }
        }
    }

    /// Whether a scalar outside ASCII shows as itself and does nothing else.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// The blocks that terminals show in two columns (East Asian Width W and F, in coarse ranges).
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff,
            0x20000...0x3fffd:
            true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar, _ prefix: String, digits: Int) -> String {
        let hexadecimal = String(scalar.value, radix: 16)
        return prefix + String(repeating: "0", count: max(0, digits - hexadecimal.count)) + hexadecimal
    }
}
