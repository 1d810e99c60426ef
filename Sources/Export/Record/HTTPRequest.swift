import JSON

/// What a record tells of an HTTP request and its answer.
struct HTTPRequest {
    let method: String?
    let host: String?
    let path: String?
    let status: Int64?
    let rest: [JSONValue.Member]

    /// Takes the member; nil when there is none.
    init?(taking members: inout MemberReader) throws(ExportFailure) {
        guard let value = members.value("http") else { return nil }
        guard var http = MemberReader(value, of: "http") else { throw .member("http") }
        method = try http.text("method")
        host = try http.text("host")
        path = try http.text("path")
        status = try http.number("status", in: 0...999)
        rest = http.rest
    }
}
