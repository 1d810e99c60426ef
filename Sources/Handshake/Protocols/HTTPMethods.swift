/// The methods of IANA's registry of HTTP methods, and the one that begins HTTP/2.
enum HTTPMethods {
    private static let names: Set<[UInt8]> = Set(
        [
            "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD",
            "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE",
            "MOVE", "OPTIONS", "ORDERPATCH", "PATCH", "POST", "PRI", "PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND",
            "REPORT", "SEARCH", "TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF",
            "VERSION-CONTROL",
        ].map { Array($0.utf8) })

    /// Whether these bytes are a method.
    static func contains(_ method: ArraySlice<UInt8>) -> Bool { names.contains(Array(method)) }
}
