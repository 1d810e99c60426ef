/// The methods of HTTP.
enum HTTPMethods {
    /// IANA's registry of methods, the commonest first. `PRI` is missing: it is no method but the preface of HTTP/2, whose
    /// requests cannot be told from its first bytes. `*` is reserved.
    static let registered = [
        "GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH", "CONNECT", "TRACE", "PROPFIND", "PROPPATCH",
        "REPORT", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN",
        "CHECKOUT", "LABEL", "LINK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKREDIRECTREF", "MKWORKSPACE",
        "ORDERPATCH", "REBIND", "UNBIND", "UNCHECKOUT", "UNLINK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL",
    ]
}
