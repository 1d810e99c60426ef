/// The target of a request (RFC 9112, section 3.2) in its parts, without query, user and password.
struct HTTPTarget {
    let path: ArraySlice<UInt8>
    /// The authority of `http://host/path`; nil in the other forms.
    let host: ArraySlice<UInt8>?

    init(_ target: ArraySlice<UInt8>) {
        let whole = target.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard whole.first != UInt8(ascii: "/"), let colon = whole.firstIndex(of: UInt8(ascii: ":")),
            whole[(colon + 1)...].starts(with: "//".utf8)
        else {
            path = whole.first == UInt8(ascii: "/") ? whole : Self.withoutUser(whole)
            host = nil
            return
        }
        let rest = whole[(colon + 3)...]
        let authority = rest.prefix { $0 != UInt8(ascii: "/") }
        host = Self.withoutUser(authority)
        let behind = rest[authority.endIndex...]
        path = behind.isEmpty ? Array("/".utf8)[...] : behind
    }

    /// Returns what stands behind the last `@`.
    static func withoutUser(_ authority: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return authority }
        return authority[(at + 1)...]
    }
}
